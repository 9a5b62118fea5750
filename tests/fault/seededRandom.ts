export interface SeededRandom {
  /** At least 0, less than 1. */
  next(): number;
  /** An integer, at least 0, less than `limit`. */
  below(limit: number): number;
}

/** Mulberry32: a small generator whose sequence depends on its seed alone, so that a schedule can be run again. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, below: (limit) => Math.floor(next() * limit) };
}

/** `OTR_TEST_SEED`, or a fresh one; printed by the test that takes it. */
export function seedOfThisRun(): number {
  return Number(process.env['OTR_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
}
