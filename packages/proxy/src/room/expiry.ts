import { isStoreError } from '../store/database.ts';
import type { Store } from '../store/store.ts';

/** A timer of Node takes no more; and a clock that is set is noticed. Milliseconds. */
const longestWait = 3_600_000;
const storeRetry = 5_000;

/** Deletes messages whose time is over, when it is (T1). */
export class Expiry {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #gone: (room: number, ids: readonly string[]) => void;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(store: Store, now: () => number, gone: (room: number, ids: readonly string[]) => void) {
    this.#store = store;
    this.#now = now;
    this.#gone = gone;
  }

  /** After rows were written: the next may be due sooner. */
  look(): void {
    if (this.#isStopped) return;
    clearTimeout(this.#timer);
    const next = this.#store.timeline.nextExpiry();
    if (next === null) return;
    this.#wait(Math.min(Math.max(next - this.#now(), 0), longestWait));
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #wait(milliseconds: number): void {
    this.#timer = setTimeout(() => this.#remove(), milliseconds);
    this.#timer.unref();
  }

  #remove(): void {
    try {
      const due = this.#store.timeline.due(this.#now());
      this.#store.step(() => {
        for (const { room, ids } of due) this.#store.timeline.remove(room, ids);
      });
      for (const { room, ids } of due) this.#gone(room, ids);
      this.look();
    } catch (error) {
      if (!isStoreError(error)) throw error;
      this.#wait(storeRetry);
    }
  }
}
