import type { GroupState } from '@otr/mls';
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
import { viewOf } from '../core/group/view.ts';
import { fromText } from '../core/text.ts';
import { sliceAddress } from '../core/whisper.ts';
import { splitBatch } from '../machine/room.ts';
import { type Snapshot, takeEntries, takeLive, takeSnapshot, unfollowable } from './inbox.ts';
import type { Draft, Later } from './roomParts.ts';
import type { RoomSession } from './roomSession.ts';
import { feedOutbox, feedRoom, standing } from './turn.ts';

/** An acknowledged entry that has not come by itself after this time is fetched. Milliseconds. */
const hintDelay = 500;
/** After the store failed, the room is entered anew. Milliseconds. */
const storeRetry = 5_000;
const withheldCommit =
  'The relay says that the room has gone on, and does not show how. Nothing is sent until it does.';

/** Where our slices of whispers are addressed in this epoch (D4). */
function ownAddress(group: GroupState): Uint8Array[] {
  const view = viewOf(group);
  const me = view.members.get(view.me);
  return me ? [sliceAddress(group, me.leafIndex)] : [];
}

/** What a room says to its relay and hears from it. */
export class RelayTalk {
  readonly #session: RoomSession;
  #challenge: Uint8Array | null = null;
  /** Counts connections: an answer of a former one is not for this. */
  #connection = 0;
  /** The newest entry that came while the room was being entered. */
  #heardUpTo = 0;

  constructor(session: RoomSession) {
    this.#session = session;
  }

  connect(challenge: Uint8Array): void {
    this.#challenge = challenge;
    this.#connection += 1;
    this.#heardUpTo = 0;
    this.turn('connected', (draft) => {
      draft.enteredEpoch = null;
      if (draft.join) draft.later.push({ kind: 'knock' });
      else if (draft.group) feedRoom(this.#session.parts, draft, { kind: 'connected' });
    });
  }

  disconnect(): void {
    this.#challenge = null;
    this.#connection += 1;
    if (this.#session.memory.sync.phase === 'away') return;
    this.turn('disconnected', (draft) => {
      draft.enteredEpoch = null;
      feedRoom(this.#session.parts, draft, { kind: 'disconnected' });
    });
  }

  receiveEntries({ entries }: RelayMessage<'entries'>): void {
    const { sync, log } = this.#session.memory;
    if (!log || sync.phase === 'away') return;
    if (sync.phase === 'entering') {
      // It may have overtaken the answer, whose head is before it: then it is fetched.
      this.#heardUpTo = entries.reduce((newest, { seq }) => Math.max(newest, seq), this.#heardUpTo);
      return;
    }
    this.turn('received', (draft) => takeLive(this.#session.parts, draft, entries));
  }

  perform(later: Later): void {
    if (this.#session.closed) return;
    switch (later.kind) {
      case 'enter':
        this.begin('enter', this.#enter());
        break;
      case 'fetch':
        this.begin('fetch', this.#fetch());
        break;
      case 'append':
        this.begin('append', this.#append(later.id));
        break;
      case 'wait':
        this.#wait(later.timer, later.milliseconds);
        break;
      case 'knock':
      case 'commit':
      case 'forget':
      case 'peopleChanged':
      case 'words':
        throw new Error('not for this talk');
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

  /** The relay need not send us this room's entries any longer. */
  sayGone(): void {
    if (this.#challenge) void this.ask('exitRoom', { room: this.#session.parts.room });
  }

  get challenge(): Uint8Array | null {
    return this.#challenge;
  }

  /** There is more in the log than has come by itself. */
  catchUp(): void {
    this.turn('behind', (draft) => {
      if (!draft.group) return;
      feedRoom(this.#session.parts, draft, {
        kind: 'behind',
        head: draft.log?.cursor ?? 0,
        ...standing(draft),
      });
    });
  }

  /** L9: what a refusal says that we missed. */
  takeMissed(draft: Draft, missed: Parameters<typeof takeLive>[2] | undefined): void {
    if (missed?.length) takeLive(this.#session.parts, draft, missed);
  }

  /** S3. Asking again on the same connection changes nothing. */
  async #askToEnter(): Promise<{ epoch: number; entered: Result<Snapshot> } | null> {
    const { room, accessKey } = this.#session.parts;
    const { group } = this.#session.memory;
    if (!this.#challenge || !group) return null;
    const key = accessKey(group);
    const signature = key.sign(this.#challenge, room);
    const keys = ownAddress(group);
    const entered = await this.ask('enterRoom', { room, accessKey: key.publicKey, signature, keys });
    return entered && { epoch: viewOf(group).epoch, entered };
  }

  async #enter(): Promise<void> {
    if (this.#session.memory.stored.standing === 'creating') {
      const created = await this.#askToCreate();
      if (!created) return;
      if (!created.ok) return this.#refused(created.error);
    }
    const asked = await this.#askToEnter();
    if (!asked) return;
    const { cursor } = this.#session.memory.log ?? { cursor: 0 };
    if (asked.entered.ok && asked.entered.value.ended && asked.entered.value.head <= cursor) {
      return this.#refused(refuse('epochEnded', withheldCommit).error);
    }
    if (asked.entered.ok) this.#entered(asked.epoch, asked.entered.value);
    else this.#refused(asked.entered.error);
  }

  /** S5. */
  async #askToCreate(): Promise<Result<Record<string, never>> | null> {
    const { room, accessKey } = this.#session.parts;
    const { group } = this.#session.memory;
    if (!this.#challenge || !group) return null;
    const key = accessKey(group);
    const signature = key.sign(this.#challenge, room);
    return this.ask('createRoom', { room, accessKey: key.publicKey, signature });
  }

  #entered(epoch: number, snapshot: Snapshot): void {
    const { parts } = this.#session;
    // A former access key opens nothing after its head.
    const head = snapshot.ended ? snapshot.head : Math.max(snapshot.head, this.#heardUpTo);
    this.#heardUpTo = 0;
    this.turn('entered', (draft) => {
      if (draft.stored.standing === 'creating') {
        draft.stored = parts.store.rooms.change(draft.stored, { standing: 'member' });
      }
      // A commit may have been processed while the answer was under way.
      draft.enteredEpoch = epoch;
      takeSnapshot(parts, draft, snapshot);
      const input = { kind: 'entered', head, luck: Math.random() } as const;
      feedRoom(parts, draft, { ...input, ...standing(draft) });
    });
    this.#session.heardKnocks(snapshot.knocks);
  }

  async #fetch(): Promise<void> {
    const { parts } = this.#session;
    const before = this.#session.memory.log?.cursor ?? 0;
    const fetched = await this.ask('fetch', { room: parts.room, after: before, limit: limits.fetchEntries });
    if (!fetched) return;
    if (!fetched.ok) return this.#refused(fetched.error);
    const { entries, head, floor } = fetched.value;
    const luck = Math.random();
    this.turn('received', (draft) => {
      if (!draft.group) return;
      if (floor > before + 1) return feedRoom(parts, draft, { kind: 'expired', luck });
      const goesOn = takeEntries(parts, draft, splitBatch(entries, before).next);
      if (!draft.group) return;
      const { error } = refuse('epochEnded', unfollowable);
      if (!goesOn) return feedRoom(parts, draft, { kind: 'refused', error, luck });
      feedRoom(parts, draft, { kind: 'fetched', head, before, luck, ...standing(draft) });
    });
  }

  async #append(id: string): Promise<void> {
    const { parts } = this.#session;
    const { outbox } = parts.store;
    const body = outbox.body(parts.number, id);
    const epoch = outbox.get(parts.number, id)?.epoch ?? null;
    if (!body || epoch === null) return;
    const seen = this.#session.memory.log?.cursor ?? 0;
    const request = {
      room: parts.room,
      id: fromText(id),
      epoch,
      seen,
      slices: outbox.slices(parts.number, id),
      body,
    };
    const answer = await this.ask('append', request);
    if (!answer) return;
    if (!answer.ok) {
      const { missed, ...error } = answer.error;
      this.turn('refused', (draft) => {
        this.takeMissed(draft, missed);
        feedOutbox(parts, draft, { kind: 'refused', id, error, luck: Math.random() });
      });
      return;
    }
    const { seq } = answer.value;
    this.turn('acknowledged', (draft) => feedOutbox(parts, draft, { kind: 'acknowledged', id, seq }));
    this.expect(seq);
  }

  /** An acknowledged entry comes live, or it is fetched. One that should have come already is looked for at once. */
  expect(seq: number): void {
    const { parts, timers, memory } = this.#session;
    if (memory.log && memory.group && memory.log.cursor >= seq) {
      const { cursor } = memory.log;
      const { epoch } = viewOf(memory.group);
      const logged = { kind: 'logged', placed: [], cursor, epoch, luck: Math.random() } as const;
      this.turn('checked', (draft) => feedOutbox(parts, draft, logged));
      return;
    }
    timers.start('hint', hintDelay, () => {
      if ((this.#session.memory.log?.cursor ?? 0) >= seq) return;
      this.turn('checked', (draft) =>
        feedRoom(parts, draft, { kind: 'behind', head: seq, ...standing(draft) }),
      );
    });
  }

  #wait(timer: 'sync' | 'outbox', milliseconds: number): void {
    const { parts, timers } = this.#session;
    timers.start(timer, milliseconds, () => {
      this.turn('waited', (draft) => {
        if (timer === 'outbox') feedOutbox(parts, draft, { kind: 'timeout' });
        else feedRoom(parts, draft, { kind: 'timeout', ...standing(draft) });
      });
    });
  }

  #refused(error: WireError): void {
    const input = { kind: 'refused', error, luck: Math.random() } as const;
    this.turn('refused', (draft) => feedRoom(this.#session.parts, draft, input));
  }

  /** A step that nobody waits for: where it fails, the room is entered anew after a while. */
  turn(name: string, change: (draft: Draft) => void): void {
    if (!this.#session.closed && !this.#succeeds(name, change)) this.#enterLater();
  }

  /** A store that cannot be read, or a bug of ours, must not end the process. */
  begin(name: string, exchange: Promise<void>): void {
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
