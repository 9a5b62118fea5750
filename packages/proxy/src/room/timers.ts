/** Named timers of one owner: starting one again replaces it, stopping ends them all. */
export class Timers {
  readonly #running = new Map<string, NodeJS.Timeout>();

  start(name: string, milliseconds: number, run: () => void): void {
    clearTimeout(this.#running.get(name));
    const timer = setTimeout(() => {
      this.#running.delete(name);
      run();
    }, milliseconds);
    this.#running.set(name, timer);
  }

  isRunning(name: string): boolean {
    return this.#running.has(name);
  }

  stop(): void {
    for (const timer of this.#running.values()) clearTimeout(timer);
    this.#running.clear();
  }
}
