import {
  limits,
  type RelayMessage,
  type RelayRequest,
  type RelayResult,
  type RelayUpEvent,
  type Result,
  refuse,
  type WireError,
} from '@otr/protocol';
import { createRegistration } from '../core/registration.ts';
import { signEnterRoom } from '../core/roomKeys.ts';
import { fromText, randomId } from '../core/text.ts';
import { splitBatch } from '../machine/room.ts';
import { type Snapshot, takeEntries, takeLive, takeSnapshot } from './inbox.ts';
import { announceName } from './queue.ts';
import type { Draft, Later } from './roomParts.ts';
import type { RoomSession } from './roomSession.ts';
import { feedOutbox, feedRoom, makeKey, standing } from './turn.ts';

/** An acknowledged entry that has not come by itself after this time is fetched. Milliseconds. */
const hintDelay = 500;
/** After the store failed, the room is entered anew. Milliseconds. */
const storeRetry = 5_000;
/** A room with registered keys has no commits: the relay that says so made it up, or it kept one of a deserted room. */
const endedSentence =
  'The relay says that this room has been closed. Make a new room and invite the others anew.';

/** What a room says to its relay and hears from it. */
export class RelayTalk {
  readonly #session: RoomSession;
  #challenge: Uint8Array | null = null;
  /** Counts connections: an answer of a former one is not for this. */
  #connection = 0;

  constructor(session: RoomSession) {
    this.#session = session;
  }

  connect(challenge: Uint8Array): void {
    this.#challenge = challenge;
    this.#connection += 1;
    this.#turn('keyStored', (draft) => {
      if (draft.ownKeys.length === 0) makeKey(this.#session.parts, draft);
      announceName(this.#session.parts, draft);
      feedRoom(this.#session.parts, draft, { kind: 'connected' });
    });
  }

  disconnect(): void {
    this.#challenge = null;
    this.#connection += 1;
    if (this.#session.memory.sync.phase === 'away') return;
    this.#session.signs.disconnected();
    this.#turn('disconnected', (draft) => feedRoom(this.#session.parts, draft, { kind: 'disconnected' }));
    this.#session.tellMembers();
  }

  receiveEntries({ entries }: RelayMessage<'entries'>): void {
    const { sync, log } = this.#session.memory;
    if (!log || sync.phase === 'away' || sync.phase === 'entering') return;
    this.#turn('received', (draft) => takeLive(this.#session.parts, draft, entries));
  }

  perform(later: Later): void {
    if (this.#session.closed) return;
    switch (later.kind) {
      case 'enter':
        this.#begin('enter', this.#enter());
        break;
      case 'fetch':
        this.#begin('fetch', this.#fetch());
        break;
      case 'register':
        this.#begin('register', this.#register());
        break;
      case 'append':
        this.#begin('append', this.#append(later.id));
        break;
      case 'wait':
        this.#wait(later.timer, later.milliseconds);
        break;
      case 'wipe':
        this.#session.parts.store.wipeDeleted();
        break;
      case 'forget':
        this.#session.forget();
        break;
    }
  }

  /** Null where the connection has changed before the answer came: then it is not waited for any more. */
  async ask<Event extends RelayUpEvent>(
    event: Event,
    request: RelayRequest<Event>,
  ): Promise<RelayResult<Event> | null> {
    const connection = this.#connection;
    const answer = await this.#session.around.link.request(event, request);
    return connection === this.#connection && !this.#session.closed ? answer : null;
  }

  /** For a room that is given up: the relay is told if it listens. */
  async sayGone(): Promise<void> {
    const { room } = this.#session.parts;
    const me = this.#session.memory.ownKeys.at(-1)?.pair.publicKey;
    if (me && this.#challenge) await this.ask('removeKey', { room, id: randomId(), publicKey: me });
    void this.ask('exitRoom', { room });
  }

  /** S3. Asking again on the same connection changes nothing. */
  async askToEnter(): Promise<Result<Snapshot> | null> {
    const { room, keys } = this.#session.parts;
    if (!this.#challenge) return null;
    const signature = signEnterRoom(keys, this.#challenge, room);
    const publicKeys = this.#session.memory.ownKeys.map(({ pair }) => pair.publicKey);
    const { accessPublicKey: accessKey } = keys;
    const entered = await this.ask('enterRoom', { room, accessKey, signature, keys: publicKeys });
    return entered?.ok && entered.value.ended ? refuse('epochEnded', endedSentence) : entered;
  }

  async #enter(): Promise<void> {
    const { stored, log } = this.#session.memory;
    if (stored.createdHere && log?.joinedAt == null) {
      const created = await this.#askToCreate();
      if (!created) return;
      if (!created.ok) return this.#refused(created.error);
    }
    const entered = await this.askToEnter();
    if (!entered) return;
    if (entered.ok) this.#entered(entered.value);
    else this.#refused(entered.error);
  }

  /** S5. */
  async #askToCreate(): Promise<Result<Record<string, never>> | null> {
    const { room, keys } = this.#session.parts;
    if (!this.#challenge) return null;
    const signature = signEnterRoom(keys, this.#challenge, room);
    return this.ask('createRoom', { room, accessKey: keys.accessPublicKey, signature });
  }

  #entered(snapshot: Snapshot): void {
    const { parts, signs } = this.#session;
    this.#turn('entered', (draft) => {
      takeSnapshot(parts, draft, snapshot);
      const input = { kind: 'entered', head: snapshot.head, luck: Math.random() } as const;
      feedRoom(parts, draft, { ...input, ...standing(draft) });
    });
    signs.entered(snapshot, this.#session.memory.log?.members ?? new Map());
    this.#session.tellMembers();
  }

  async #fetch(): Promise<void> {
    const { parts } = this.#session;
    const before = this.#session.memory.log?.cursor ?? 0;
    const fetched = await this.ask('fetch', { room: parts.room, after: before, limit: limits.fetchEntries });
    if (!fetched) return;
    if (!fetched.ok) return this.#refused(fetched.error);
    const { entries, head, floor } = fetched.value;
    const luck = Math.random();
    this.#turn('received', (draft) => {
      if (floor > before + 1) return feedRoom(parts, draft, { kind: 'expired', luck });
      takeEntries(parts, draft, splitBatch(entries, before).next);
      feedRoom(parts, draft, { kind: 'fetched', head, before, luck, ...standing(draft) });
    });
  }

  async #register(): Promise<void> {
    const { room, keys, profileName } = this.#session.parts;
    const publicKey = this.#session.memory.ownKeys.at(-1)?.pair.publicKey;
    if (!publicKey) return;
    const registration = createRegistration(room, keys, publicKey, profileName() ?? '');
    const registered = await this.ask('registerKey', { room, id: randomId(), ...registration });
    if (!registered) return;
    if (!registered.ok) return this.#refused(registered.error);
    const input = { kind: 'registered', seq: registered.value.seq, luck: Math.random() } as const;
    this.#turn('registered', (draft) =>
      feedRoom(this.#session.parts, draft, { ...input, ...standing(draft) }),
    );
  }

  async #append(id: string): Promise<void> {
    const { parts } = this.#session;
    const sealed = parts.store.outbox.sealedItem(parts.number, id);
    if (!sealed) return;
    const { epoch, envelope } = sealed;
    const seen = this.#session.memory.log?.cursor ?? 0;
    const request = { room: parts.room, id: fromText(id), epoch, seen, ...envelope };
    const answer = await this.ask('append', request);
    if (!answer) return;
    if (!answer.ok) {
      const { missed, ...error } = answer.error;
      this.#turn('refused', (draft) => {
        if (missed?.length) takeLive(parts, draft, missed); // L9
        feedOutbox(parts, draft, { kind: 'refused', id, error, luck: Math.random() });
      });
      return;
    }
    const { seq } = answer.value;
    this.#turn('acknowledged', (draft) => feedOutbox(parts, draft, { kind: 'acknowledged', id, seq }));
    this.#expect(seq);
  }

  /** An acknowledged entry comes live, or it is fetched. One that should have come already is looked for at once. */
  #expect(seq: number): void {
    const { parts, timers, memory } = this.#session;
    if (memory.log && memory.log.cursor >= seq) {
      const { cursor, epoch } = memory.log;
      const logged = { kind: 'logged', placed: [], cursor, epoch, luck: Math.random() } as const;
      this.#turn('checked', (draft) => feedOutbox(parts, draft, logged));
      return;
    }
    timers.start('hint', hintDelay, () => {
      if ((this.#session.memory.log?.cursor ?? 0) >= seq) return;
      this.#turn('checked', (draft) =>
        feedRoom(parts, draft, { kind: 'behind', head: seq, ...standing(draft) }),
      );
    });
  }

  #wait(timer: 'sync' | 'outbox', milliseconds: number): void {
    const { parts, timers } = this.#session;
    timers.start(timer, milliseconds, () => {
      this.#turn('waited', (draft) => {
        if (timer === 'outbox') feedOutbox(parts, draft, { kind: 'timeout' });
        else feedRoom(parts, draft, { kind: 'timeout', ...standing(draft) });
      });
    });
  }

  #refused(error: WireError): void {
    const input = { kind: 'refused', error, luck: Math.random() } as const;
    this.#turn('refused', (draft) => feedRoom(this.#session.parts, draft, input));
  }

  /** A step that nobody waits for: where it fails, the room is entered anew after a while. */
  #turn(name: string, change: (draft: Draft) => void): void {
    if (!this.#session.closed && !this.#succeeds(name, change)) this.#enterLater();
  }

  /** A store that cannot be read, or a bug of ours, must not end the process. */
  #begin(name: string, exchange: Promise<void>): void {
    exchange.catch((error: unknown) => {
      this.#logFailure(name, error);
      if (!this.#session.closed) this.#enterLater();
    });
  }

  #enterLater(): void {
    this.#connection += 1;
    this.#session.timers.start('store', storeRetry, () => {
      if (this.#challenge) this.connect(this.#challenge);
    });
  }

  /** What a relay sends must not end the process, not even by a bug of ours that it has found. */
  #succeeds(name: string, change: (draft: Draft) => void): boolean {
    try {
      return this.#session.step(name, change).ok;
    } catch (error) {
      this.#logFailure(name, error);
      return false;
    }
  }

  #logFailure(name: string, error: unknown): void {
    this.#session.around.log('stepFailed', { step: name, error: error instanceof Error ? error.name : '' });
  }
}
