/** So many a second on average, so many at once. Times in milliseconds. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #filledAt: number;

  constructor(perSecond: number, burst: number, now: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#filledAt = now;
  }

  /** Takes `cost` tokens and returns 0, or takes none and returns the milliseconds until they are there. */
  take(cost: number, now: number): number {
    const wait = this.wait(cost, now);
    if (wait === 0) this.#tokens -= Math.min(cost, this.#burst);
    return wait;
  }

  /** Milliseconds until `cost` tokens are there; 0 when they are. */
  wait(cost: number, now: number): number {
    const earned = (Math.max(0, now - this.#filledAt) * this.#perSecond) / 1_000;
    this.#tokens = Math.min(this.#burst, this.#tokens + earned);
    this.#filledAt = now;
    const missing = Math.min(cost, this.#burst) - this.#tokens;
    return missing <= 0 ? 0 : Math.ceil((missing * 1_000) / this.#perSecond);
  }
}
