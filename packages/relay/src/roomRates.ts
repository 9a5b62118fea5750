import { mapKey } from './bytes.ts';
import { TokenBucket } from './tokenBucket.ts';

/** A commit may use what is left when everything else is refused: it may be what ends a flood. */
export type RoomShare = 'plain' | 'commit';

/** Of the burst, what is kept for commits. */
const commitsShare = 1 / 8;
/** Rooms that are kept before those that rest are forgotten. */
const fewRooms = 1_024;

/** What happens in each room, whoever does it: so many a second at this node (rule L13). */
export class RoomRates {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #buckets = new Map<string, TokenBucket>();
  #sweepAt = fewRooms;

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** Takes one and returns 0, or takes none and returns the milliseconds until it would be allowed. */
  take(room: Uint8Array, share: RoomShare, now: number): number {
    const bucket = this.#bucketOf(room, now);
    const kept = share === 'plain' ? this.#burst * commitsShare : 0;
    return bucket.wait(kept + 1, now) || bucket.take(1, now);
  }

  /** Rooms of which something is remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  #bucketOf(room: Uint8Array, now: number): TokenBucket {
    const name = mapKey(room);
    const known = this.#buckets.get(name);
    if (known) return known;
    if (this.#buckets.size >= this.#sweepAt) this.#forgetResting(now);
    const bucket = new TokenBucket(this.#perSecond, this.#burst, now);
    this.#buckets.set(name, bucket);
    return bucket;
  }

  /** A full bucket is as good as a new one. Looked for when there are twice as many as the last time left. */
  #forgetResting(now: number): void {
    for (const [name, bucket] of this.#buckets) {
      if (bucket.wait(this.#burst, now) === 0) this.#buckets.delete(name);
    }
    this.#sweepAt = Math.max(fewRooms, 2 * this.#buckets.size);
  }
}
