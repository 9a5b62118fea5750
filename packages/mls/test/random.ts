/** A seeded generator (mulberry32), so that a failing run can be repeated from its printed seed. */
export interface Random {
  readonly seed: number;
  /** An integer in [0, below). */
  below(limit: number): number;
  pick<T>(items: readonly T[]): T;
}

/** `MLS_SEED` in the environment repeats a run. */
export function seeded(seed = Number(process.env['MLS_SEED'] ?? (Math.random() * 2 ** 32) >>> 0)): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return { seed, below, pick: (items) => items[below(items.length)] as (typeof items)[number] };
}
