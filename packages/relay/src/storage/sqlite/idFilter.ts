const hashes = 6;
/** With these of a hundred ids that were not added about one is taken for one that was. */
const bitsPerId = 10;

/**
 * A Bloom filter (B. H. Bloom, 1970) over entry ids, given as map keys: what it does not have was certainly not added.
 * Ids are random already, so their own bytes are the hashes. Whoever chooses others makes their own appends slower.
 */
export class IdFilter {
  readonly #words: Uint32Array;
  readonly #mask: number;

  /** `bits`: a power of two, from 32 to 2³¹. */
  constructor(bits: number) {
    this.#words = new Uint32Array(bits / 32);
    this.#mask = bits - 1;
  }

  /** So many ids it holds well. */
  get capacity(): number {
    return Math.floor((this.#mask + 1) / bitsPerId);
  }

  add(id: string): void {
    for (let n = 0; n < hashes; n += 1) {
      const bit = this.#bitOf(id, n);
      this.#words[bit >>> 5] = (this.#words[bit >>> 5] ?? 0) | (1 << (bit & 31));
    }
  }

  mayHave(id: string): boolean {
    for (let n = 0; n < hashes; n += 1) {
      const bit = this.#bitOf(id, n);
      if (((this.#words[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }

  /** Double hashing: two numbers make all. */
  #bitOf(id: string, n: number): number {
    return (wordAt(id, 0) + n * (wordAt(id, 4) | 1)) & this.#mask;
  }
}

function wordAt(id: string, offset: number): number {
  return (
    id.charCodeAt(offset) |
    (id.charCodeAt(offset + 1) << 8) |
    (id.charCodeAt(offset + 2) << 16) |
    (id.charCodeAt(offset + 3) << 24)
  );
}
