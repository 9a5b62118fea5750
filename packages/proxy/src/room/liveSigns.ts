import { limits, type Volatile } from '@otr/protocol';
import type { Members } from '../core/group/view.ts';

/** The same member's typing is told again after this time. Milliseconds. */
const typingInterval = 1_000;
/** Who has not said that it is here for so many of its intervals is not. */
const intervalsMissed = 2.5;

interface Sign {
  readonly hereUntil: number;
  readonly received: number;
  readonly read: number | null;
}

/** What comes and goes without a place in the log: who is online, who has received and read what, who is typing. */
export class LiveSigns {
  readonly #now: () => number;
  readonly #signs = new Map<string, Sign>();
  readonly #typed = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  isOnline(id: string): boolean {
    return (this.#signs.get(id)?.hereUntil ?? 0) > this.#now();
  }

  received(id: string): number {
    return this.#signs.get(id)?.received ?? 0;
  }

  read(id: string): number | null {
    return this.#signs.get(id)?.read ?? null;
  }

  /** Returns whether anything is new. `interval`: how often members of this room say that they are here. */
  here(sign: Extract<Volatile, { kind: 'here' }>, interval: number): boolean {
    const { from, received, read } = sign;
    const before = this.#signs.get(from);
    if (!before && this.#signs.size > limits.recipients) return false;
    const wasOnline = this.isOnline(from);
    const next: Sign = {
      hereUntil: this.#now() + interval * intervalsMissed,
      received: Math.max(received, before?.received ?? 0),
      read: read === undefined ? null : Math.max(read, before?.read ?? 0),
    };
    this.#signs.set(from, next);
    return !wasOnline || next.received !== before?.received || next.read !== before?.read;
  }

  gone(id: string): boolean {
    const sign = this.#signs.get(id);
    if (!sign || !this.isOnline(id)) return false;
    this.#signs.set(id, { ...sign, hereUntil: 0 });
    return true;
  }

  /** False where it was told a moment ago. */
  typing(id: string): boolean {
    const now = this.#now();
    if (now - (this.#typed.get(id) ?? 0) < typingInterval) return false;
    this.#typed.set(id, now);
    return true;
  }

  /** Without a connection nobody is seen. */
  disconnected(): void {
    for (const [id, sign] of this.#signs) this.#signs.set(id, { ...sign, hereUntil: 0 });
  }

  /** Members that are gone are forgotten. */
  keepOnly(members: Members): void {
    for (const held of [this.#signs, this.#typed]) {
      for (const id of held.keys()) if (!members.has(id)) held.delete(id);
    }
  }
}
