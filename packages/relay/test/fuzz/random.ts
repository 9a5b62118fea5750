import { seededRandom } from '../../../../tests/fault/seededRandom.ts';

/** Draws that depend on a seed alone, so that what was sent can be sent again. */
export interface Random {
  /** An integer in [0, limit). */
  below(limit: number): number;
  /** True in one of so many cases. */
  once(in_: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  bytes(length: number): Buffer;
}

export function random(seed: number): Random {
  const { below } = seededRandom(seed);
  return {
    below,
    once: (in_) => below(in_) === 0,
    pick: <Item>(items: readonly Item[]) => {
      if (items.length === 0) throw new RangeError('nothing to pick from');
      return items[below(items.length)] as Item;
    },
    bytes: (length) => {
      const bytes = Buffer.allocUnsafe(length);
      for (let at = 0; at < length; at += 1) bytes[at] = below(256);
      return bytes;
    },
  };
}

/** The seed of the n-th of many sequences that have nothing in common. */
export function seedOf(seed: number, n: number): number {
  return (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(n, 0xc2b2ae35)) >>> 0;
}
