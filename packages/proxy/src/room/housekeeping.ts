import { isStoreError } from '../store/database.ts';
import type { Store } from '../store/store.ts';

/** So long after the last change, in milliseconds, what was deleted leaves the files. */
const quietFor = 2_000;
/** Between two parts of what a long room has left, so that messages are not kept waiting. */
const betweenParts = 20;

/** What the store puts off while there is something else to do (E1). */
export class Housekeeping {
  readonly #store: Store;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Something was written. */
  changed(): void {
    this.#in(quietFor);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #in(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => this.#work(), milliseconds);
    this.#timer.unref();
  }

  #work(): void {
    try {
      if (this.#store.tidy()) this.#in(betweenParts);
      else this.#store.wipeDeleted();
    } catch (error) {
      if (!isStoreError(error)) throw error;
      this.#in(quietFor);
    }
  }
}
