import { limits, type RelayMessage } from '@otr/protocol';
import { openMark, openVolatile } from '../core/roomValues.ts';
import { toText } from '../core/text.ts';
import type { Members } from '../machine/members.ts';
import type { Snapshot } from './inbox.ts';
import type { RoomParts } from './roomParts.ts';

/** The same member's typing is told again after this time. Milliseconds. */
const typingInterval = 1_000;

/** What comes and goes without a place in the log: who is online, who has received what, who is typing. */
export class LiveSigns {
  readonly #parts: RoomParts;
  readonly #online = new Set<string>();
  /** Public key → everything up to this `seq` has been received. */
  readonly #received = new Map<string, number>();
  readonly #typed = new Map<string, number>();

  constructor(parts: RoomParts) {
    this.#parts = parts;
  }

  isOnline(key: string): boolean {
    return this.#online.has(key);
  }

  received(key: string): number {
    return this.#received.get(key) ?? 0;
  }

  entered(snapshot: Snapshot, members: Members): void {
    this.#online.clear();
    for (const publicKey of snapshot.online) this.#online.add(toText(publicKey));
    for (const mark of snapshot.marks) this.#take(mark.publicKey, mark.sealed, members);
  }

  disconnected(): void {
    this.#online.clear();
  }

  /** Returns whether anything is new. */
  mark({ publicKey, sealed }: RelayMessage<'mark'>, members: Members): boolean {
    return this.#take(publicKey, sealed, members);
  }

  /** May come before the entry that makes the key a member's: it is kept, within the number of members a room has. */
  presence({ publicKey, online }: RelayMessage<'presence'>): boolean {
    const key = toText(publicKey);
    if (online === this.#online.has(key) || (online && this.#online.size > limits.recipients)) return false;
    if (online) this.#online.add(key);
    else this.#online.delete(key);
    return true;
  }

  /** The key of the member that types; null where it is nobody's or was told a moment ago. */
  typing({ sealed }: RelayMessage<'volatile'>, members: Members): string | null {
    const opened = openVolatile(this.#parts.keys, this.#parts.room, sealed);
    if (!opened || !members.has(opened.from)) return null;
    const now = this.#parts.now();
    if (now - (this.#typed.get(opened.from) ?? 0) < typingInterval) return null;
    this.#typed.set(opened.from, now);
    return opened.from;
  }

  /** Members that are gone are forgotten. */
  keepOnly(members: Members): void {
    for (const held of [this.#received, this.#typed]) {
      for (const key of held.keys()) if (!members.has(key)) held.delete(key);
    }
  }

  #take(publicKey: Uint8Array, sealed: Uint8Array, members: Members): boolean {
    const key = toText(publicKey);
    const opened = members.has(key) && openMark(this.#parts.keys, this.#parts.room, publicKey, sealed);
    if (!opened || opened.received <= this.received(key)) return false;
    this.#received.set(key, opened.received);
    return true;
  }
}
