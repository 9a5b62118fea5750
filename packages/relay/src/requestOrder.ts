/**
 * Requests of one connection in the order in which they came: one that changes what later ones may do (`enterRoom`)
 * holds them back until it is done; all others run as they come. The rate limit bounds how many wait.
 */
export class RequestOrder {
  #waiting: (() => Promise<void> | undefined)[] | undefined;

  /** `run` returns a promise where the requests after it have to wait. */
  add(run: () => Promise<void> | undefined): void {
    if (this.#waiting) this.#waiting.push(run);
    else this.#hold(run());
  }

  #hold(done: Promise<void> | undefined): void {
    if (done === undefined) return;
    this.#waiting = [];
    void done.finally(() => this.#goOn());
  }

  #goOn(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const run of waiting) this.add(run);
  }
}
