import { randomBytes } from 'node:crypto';
import type { Batch } from './batch.ts';
import { fromMapKey, mapKey } from './bytes.ts';
import type { Fanout } from './fanout/fanout.ts';
import type { Log } from './log.ts';
import type { CleanupOptions } from './options.ts';
import type { RoomLive } from './roomLive.ts';
import { type Storage, unlessStorageFails } from './storage/storage.ts';

/** Keys that are removed after one question; more wait for the next. */
const removedAtOnce = 1_000;
/** When many members leave at once, their room is asked once a second. */
const leaveAgainMs = 1_000;

interface Parts {
  readonly storage: Storage;
  readonly batch: Batch;
  readonly fanout: Fanout;
  readonly live: RoomLive;
  readonly log: Log;
}

/** Key cleanup (rules K5 and K6): asks the rooms who is there, and removes the keys nobody answers for. */
export class KeyCleanup {
  readonly #parts: Parts;
  readonly #options: CleanupOptions;
  /** Answers since the last removal: room → public key → when. */
  readonly #answers = new Map<string, Map<string, number>>();
  /** Rooms that were asked because a member left, and whether another has left since. */
  readonly #left = new Map<string, { again: boolean }>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #tickedAt = 0;
  #isStopped = false;

  constructor(parts: Parts, options: CleanupOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  start(): void {
    this.#tickedAt = Date.now();
    this.#parts.storage.restartGrace(this.#tickedAt);
    this.#after(this.#options.intervalMs, () => this.#tick());
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** A connection answers for these keys. */
  answered(room: Uint8Array, keys: readonly Uint8Array[]): void {
    const { storage, log } = this.#parts;
    unlessStorageFails(log, () => {
      // Only of keys that are there: any other would be kept for nothing, and anyone can make up any number.
      for (const key of keys) if (storage.isRegistered(room, key)) this.#keepAnswer(room, key);
    });
  }

  #keepAnswer(room: Uint8Array, key: Uint8Array): void {
    const answers = this.#answers.get(mapKey(room)) ?? new Map<string, number>();
    answers.set(mapKey(key), Date.now());
    this.#answers.set(mapKey(room), answers);
  }

  /** A member's last connection is gone. */
  memberLeft(room: Uint8Array): void {
    const name = mapKey(room);
    const asked = this.#left.get(name);
    if (asked) {
      asked.again = true;
      return;
    }
    this.#ask(room);
    this.#left.set(name, { again: false });
    this.#after(leaveAgainMs, () => {
      const { again } = this.#left.get(name) ?? { again: false };
      this.#left.delete(name);
      if (again) this.memberLeft(room);
    });
  }

  #tick(): void {
    this.#after(this.#options.intervalMs, () => this.#tick());
    const askedAt = Date.now();
    this.#forgiveSleep(askedAt);
    for (const room of this.#parts.live.roomIds()) this.#ask(room);
    // An answer that has arrived and was not read yet counts: it is read before the immediate runs.
    this.#after(this.#options.answerMs, () => setImmediate(() => this.#removeSilent(askedAt)));
  }

  /** A machine that slept heard no answers: nobody is removed for that. */
  #forgiveSleep(now: number): void {
    const late = now - this.#tickedAt - this.#options.intervalMs;
    this.#tickedAt = now;
    if (late > this.#options.graceMs / 2)
      unlessStorageFails(this.#parts.log, () => this.#parts.storage.restartGrace(now));
  }

  #ask(room: Uint8Array): void {
    this.#parts.fanout.publish({ kind: 'keyCleanup', message: { room } });
  }

  /** Removes keys that were silent for the grace period and did not answer this question either. */
  #removeSilent(askedAt: number): void {
    if (this.#isStopped) return;
    const { storage, batch, log } = this.#parts;
    // A failing disk removes nobody; the next question tries again.
    unlessStorageFails(log, () => {
      this.#recordAnswers();
      const before = Math.min(askedAt, Date.now() - this.#options.graceMs);
      const silent = storage.silentKeys(before, removedAtOnce);
      for (const { room, publicKey } of silent) {
        batch.submit(
          { kind: 'removeKey', reason: 'cleanup', room, publicKey, id: randomBytes(16) },
          () => {},
        );
      }
      batch.flush();
      if (silent.length > 0) log('keysRemoved', { keys: silent.length });
    });
  }

  #recordAnswers(): void {
    if (this.#answers.size === 0) return;
    const answers = [...this.#answers].flatMap(([room, keys]) =>
      [...keys].map(([key, at]) => ({ room: fromMapKey(room), publicKey: fromMapKey(key), at })),
    );
    this.#parts.storage.recordAnswers(answers);
    this.#answers.clear();
  }

  #after(milliseconds: number, run: () => void): void {
    if (this.#isStopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, milliseconds);
    this.#timers.add(timer);
  }
}
