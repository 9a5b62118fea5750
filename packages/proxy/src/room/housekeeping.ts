import { isStoreError } from '../store/database.ts';
import type { Store } from '../store/store.ts';

/** So long after the last change what was used or deleted leaves the files, in milliseconds. */
const quietFor = 500;
/** So long after the first change at the latest, however much is going on. */
const atMost = 2_000;
/** Between two parts of what a long room has left, so that messages are not kept waiting. */
const betweenParts = 20;

/** What the store puts off while there is something else to do (E1). */
export class Housekeeping {
  readonly #store: Store;
  #timer: NodeJS.Timeout | undefined;
  /** When the first change was made that is not wiped yet; by the clock of `performance.now()`. */
  #changedAt: number | null = null;
  #isStopped = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Something was written. */
  changed(): void {
    this.#changedAt ??= performance.now();
    this.#in(Math.max(0, Math.min(quietFor, this.#timeLeft())));
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #timeLeft(): number {
    return this.#changedAt === null ? atMost : this.#changedAt + atMost - performance.now();
  }

  #in(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => this.#work(), milliseconds);
    this.#timer.unref();
  }

  #work(): void {
    try {
      const isDue = this.#timeLeft() <= 0;
      const isTidy = !this.#store.tidy();
      if (isTidy || isDue) {
        this.#store.wipeDeleted();
        this.#changedAt = null;
      }
      if (!isTidy) this.#in(betweenParts);
    } catch (error) {
      if (!isStoreError(error)) throw error;
      this.#in(quietFor);
    }
  }
}
