import type { RelayMessage, Volatile } from '@otr/protocol';
import { ordersPerSeq } from '@otr/protocol';
import { openVolatile, sealVolatile } from '../core/group/epochKeys.ts';
import { viewOf } from '../core/group/view.ts';
import type { RelayTalk } from './relayTalk.ts';
import type { RoomSession } from './roomSession.ts';

/** Milliseconds. The larger the room, the more rarely everyone speaks. */
const markInterval = { least: 1_000, perMember: 20 };
const hereInterval = { least: 30_000, perMember: 1_000 };
const answerWithin = { least: 200, perMember: 20 };
const typingInterval = 3_000;
/** Members of a room where everyone speaks after each commit. */
const smallRoom = 50;

/** What the person lets others know, as it is now. */
type Preferences = () => { readonly tellRead: boolean; readonly tellTyping: boolean };

/** Says and hears what has no place in the log (V1): that we are here, what we have received, that somebody types. */
export class LiveTalk {
  readonly #session: RoomSession;
  readonly #talk: RelayTalk;
  readonly #preferences: Preferences;
  #told = '';
  /** We have asked who is here since we are connected. */
  #hasAsked = false;
  #typedAt = 0;

  constructor(session: RoomSession, talk: RelayTalk, preferences: Preferences) {
    this.#session = session;
    this.#talk = talk;
    this.#preferences = preferences;
  }

  /** After each step: have we received or read more than the others know? */
  look(): void {
    const { memory, timers } = this.#session;
    if (memory.sync.phase !== 'live' || !memory.group || this.#session.closed) return;
    this.#tellOwnTyping();
    if (!this.#hasAsked) {
      this.#hasAsked = true;
      this.#sayHere(true);
    } else if (this.#standing() !== this.#told && !timers.isRunning('mark')) {
      // The first of a quiet time goes soon, so that the sender sees it arrive; then one per interval.
      this.#sayHere(false);
      timers.start('mark', this.#interval(markInterval), () => this.look());
    }
    if (!timers.isRunning('here')) {
      timers.start('here', this.#interval(hereInterval), () => {
        this.#told = '';
        this.look();
      });
    }
  }

  receive({ sealed }: RelayMessage<'volatile'>): void {
    const { memory, signs } = this.#session;
    const said = memory.group && openVolatile(memory.group, sealed);
    if (!memory.group || !said) return;
    const view = viewOf(memory.group);
    if (said.from === view.me || !view.members.has(said.from)) return;
    switch (said.kind) {
      case 'here':
        if (signs.here(said, this.#interval(hereInterval))) this.#session.tellMembers();
        if (said.asks) this.#answerSoon();
        break;
      case 'gone':
        if (signs.gone(said.from)) this.#session.tellMembers();
        break;
      case 'typing':
        this.#tellTyping(said.from);
        break;
    }
  }

  disconnected(): void {
    this.#hasAsked = false;
    this.#told = '';
    this.#session.signs.disconnected();
    this.#session.tellMembers();
  }

  /** Tells the others that we type, at most once in a while; a moment later where we are just entering. */
  type(): void {
    this.#typedAt = this.#session.parts.now();
    this.#tellOwnTyping();
  }

  /** What was typed has been sent. */
  stopTyping(): void {
    this.#typedAt = 0;
  }

  #tellOwnTyping(): void {
    const { timers, memory, parts } = this.#session;
    const isFresh = parts.now() - this.#typedAt < typingInterval;
    if (!isFresh || memory.sync.phase !== 'live' || timers.isRunning('typing')) return;
    this.#typedAt = 0;
    if (!this.#preferences().tellTyping) return;
    timers.start('typing', typingInterval, () => {});
    this.#say((from) => ({ kind: 'typing', version: 1, from }));
  }

  /** The proxy stops, or leaves the room. */
  sayGone(): void {
    if (this.#session.memory.sync.phase === 'live') this.#say((from) => ({ kind: 'gone', version: 1, from }));
  }

  #sayHere(asks: boolean): void {
    const { log } = this.#session.memory;
    if (!log) return;
    this.#told = this.#standing();
    const read = this.#read();
    this.#say((from) => ({
      ...{ kind: 'here', version: 1, from, received: log.cursor, asks },
      ...(read !== null && { read }),
    }));
  }

  #answerSoon(): void {
    const { timers } = this.#session;
    if (timers.isRunning('answer')) return;
    const within = this.#interval(answerWithin);
    timers.start('answer', Math.random() * within, () => {
      if (this.#session.memory.sync.phase === 'live') this.#sayHere(false);
    });
  }

  #say(make: (from: string) => Volatile): void {
    const { group } = this.#session.memory;
    if (!group) return;
    const sealed = sealVolatile(group, make(viewOf(group).me));
    void this.#talk.ask('volatile', { room: this.#session.parts.room, sealed });
  }

  #tellTyping(id: string): void {
    const { parts, memory, signs, around } = this.#session;
    if (!memory.group || !signs.typing(id)) return;
    const name = parts.names(viewOf(memory.group)).get(id) ?? '';
    around.emit({ event: 'typing', data: { room: parts.ref, key: id, name } });
  }

  /** What a sign sealed in the epoch before said may not have come: who is in step with this one says it again. */
  #standing(): string {
    const { log, group, enteredEpoch } = this.#session.memory;
    const isSmall = group !== null && viewOf(group).members.size <= smallRoom;
    return `${log?.cursor} ${this.#read()} ${isSmall ? enteredEpoch : ''}`;
  }

  /** The place up to which the person has read, where it lets the others know. */
  #read(): number | null {
    if (!this.#preferences().tellRead) return null;
    const { stored, log } = this.#session.memory;
    return Math.min(Math.floor(stored.readOrder / ordersPerSeq), log?.cursor ?? 0);
  }

  #interval({ least, perMember }: { least: number; perMember: number }): number {
    const { group } = this.#session.memory;
    return Math.max(least, (group ? viewOf(group).members.size : 1) * perMember);
  }
}
