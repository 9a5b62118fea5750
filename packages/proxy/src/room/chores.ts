import { createRegistration } from '../core/registration.ts';
import { sealMark, sealRoomInfo, sealVolatile } from '../core/roomValues.ts';
import { fromText, randomId } from '../core/text.ts';
import { takeRoomInfo } from './inbox.ts';
import type { RelayTalk } from './relayTalk.ts';
import { changeKey } from './roomParts.ts';
import type { RoomSession } from './roomSession.ts';

/** Milliseconds. */
const markInterval = 1_000;
const largeRoom = 50;
const markIntervalPerMember = 20;
const typingInterval = 3_000;
const choreRetry = 5_000;

/** What a room owes its relay besides messages. Looked at after each step; each is done once at a time. */
export class Chores {
  readonly #session: RoomSession;
  readonly #talk: RelayTalk;
  readonly #busy = new Set<string>();
  #marked = 0;

  constructor(session: RoomSession, talk: RelayTalk) {
    this.#session = session;
    this.#talk = talk;
  }

  look(): void {
    const { sync, stored, ownKeys, outbox, log } = this.#session.memory;
    if (this.#session.closed || sync.phase === 'away' || sync.phase === 'entering' || !log) return;
    // Before the first registration, so that a joiner finds the name there.
    if (stored.infoPending) void this.#once('info', () => this.#putRoomInfo());
    if (sync.phase !== 'live') return;
    if (stored.nameAt === 0) void this.#once('roomName', () => this.#askRoomName());
    const name = this.#session.parts.profileName();
    const key = ownKeys.at(-1);
    if (name !== null && key?.registeredName !== null && key?.registeredName !== name) {
      void this.#once('name', () => this.#registerName(name));
    }
    if (stored.leaving && outbox.items.length === 0) void this.#once('leave', () => this.#removeKey());
    if (log.cursor > this.#marked) this.#markLater(log.members.size);
  }

  /** K5. */
  answerKeys(): void {
    const keys = this.#session.memory.ownKeys.map(({ pair }) => pair.publicKey);
    void this.#talk.ask('allKeys', { room: this.#session.parts.room, keys });
  }

  /** Tells the others that we type, at most once in a while. */
  tellTyping(): void {
    const { parts, timers, memory } = this.#session;
    const from = memory.log?.me;
    if (!from || memory.sync.phase !== 'live' || timers.isRunning('typing')) return;
    timers.start('typing', typingInterval, () => {});
    const sealed = sealVolatile(parts.keys, parts.room, { kind: 'typing', from });
    void this.#talk.ask('volatile', { room: parts.room, sealed });
  }

  async #putRoomInfo(): Promise<boolean> {
    const { parts, memory } = this.#session;
    const { name, nameAt } = memory.stored;
    const sealed = sealRoomInfo(parts.keys, parts.room, { name, at: nameAt });
    const put = await this.#talk.ask('putRoomInfo', { room: parts.room, sealed });
    if (!put?.ok) return false;
    return this.#session.step('infoPut', (draft) => {
      // It may have been renamed again meanwhile.
      if (draft.stored.nameAt !== nameAt) return;
      draft.stored = parts.store.rooms.change(draft.stored, { infoPending: false });
    }).ok;
  }

  /** We came before the room's name did. */
  async #askRoomName(): Promise<boolean> {
    const { parts } = this.#session;
    const entered = await this.#talk.askToEnter();
    if (!entered?.ok) return false;
    const named = this.#session.step('roomNamed', (draft) => takeRoomInfo(parts, draft, entered.value));
    return named.ok && this.#session.memory.stored.nameAt !== 0;
  }

  /** Joiners learn our present name from the relay; everybody else from a `profile` payload (K4). */
  async #registerName(name: string): Promise<boolean> {
    const { parts, memory } = this.#session;
    const publicKey = memory.ownKeys.at(-1)?.pair.publicKey;
    if (!publicKey) return false;
    const registration = createRegistration(parts.room, parts.keys, publicKey, name);
    const put = await this.#talk.ask('registerKey', { room: parts.room, id: randomId(), ...registration });
    if (!put?.ok) return false;
    return this.#session.step('nameRegistered', (draft) => {
      const key = draft.ownKeys.at(-1);
      if (key?.pair.publicKey === publicKey) changeKey(parts, draft, { ...key, registeredName: name });
    }).ok;
  }

  /** Everything we said, goodbye included, is in the log. */
  async #removeKey(): Promise<boolean> {
    const { parts, memory } = this.#session;
    const me = memory.log?.me;
    if (!me) return false;
    const removed = await this.#talk.ask('removeKey', {
      room: parts.room,
      id: randomId(),
      publicKey: fromText(me),
    });
    if (!removed) return false;
    if (!removed.ok && removed.error.code !== 'keyNotRegistered') return false;
    return this.#session.forget().ok;
  }

  /** M14. */
  #markLater(members: number): void {
    const { timers } = this.#session;
    if (timers.isRunning('mark')) return;
    const interval = members > largeRoom ? members * markIntervalPerMember : markInterval;
    // The first of a quiet time goes soon, so that the sender sees it arrive; then one per interval.
    this.#mark();
    timers.start('mark', interval, () => this.look());
  }

  #mark(): void {
    const { parts, memory } = this.#session;
    const { log } = memory;
    if (!log?.me) return;
    this.#marked = log.cursor;
    const publicKey = fromText(log.me);
    const sealed = sealMark(parts.keys, parts.room, publicKey, { received: log.cursor });
    void this.#talk.ask('mark', { room: parts.room, publicKey, sealed });
  }

  async #once(name: string, run: () => Promise<boolean>): Promise<void> {
    if (this.#busy.has(name)) return;
    this.#busy.add(name);
    const done = await run().catch((error: unknown) => {
      const { log } = this.#session.around;
      log('choreFailed', { chore: name, error: error instanceof Error ? error.name : '' });
      return false;
    });
    if (!done && !this.#session.closed) {
      this.#session.timers.start(name, choreRetry, () => {
        this.#busy.delete(name);
        this.look();
      });
      return;
    }
    this.#busy.delete(name);
    this.look();
  }
}
