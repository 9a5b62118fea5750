import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pad, paddedLength, paddedUnder, unpad } from '../../src/core/padding.ts';
import { messageOverhead, sealOverhead } from '../../src/core/sealedLength.ts';

it('[M3] what was padded comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20_000 }), fc.nat({ max: 100 }), (bytes, overhead) => {
      expect(unpad(pad(bytes, overhead), overhead)).toEqual(bytes);
    }),
  );
});

it('[M3] steps of 256 up to 4 KiB, Padmé above: never shorter, at most 12 % longer', () => {
  expect([0, 1, 256, 257, 4096].map(paddedLength)).toEqual([256, 256, 256, 512, 4096]);
  fc.assert(
    fc.property(fc.integer({ min: 4097, max: 2 ** 24 }), (length) => {
      const padded = paddedLength(length);
      expect(padded).toBeGreaterThanOrEqual(length);
      expect(padded).toBeLessThanOrEqual(length * 1.12);
      expect(paddedLength(padded)).toBe(padded); // a bucket's own length stays in its bucket
    }),
  );
});

/** A message of each length, and some around the places where its length is written in more bytes. */
const lengths = [
  ...Array.from({ length: 20_001 }, (_, length) => length),
  ...[65_535, 131_071, 163_700, 500_000, 524_208, 786_000].flatMap((length) => [length, length + 1]),
];

it.each([
  ['sealed bytes', () => sealOverhead],
  ['an MLS message', messageOverhead],
])('[M3] %s have the smallest length of the list that holds them, whatever their length', (_, overheadOf) => {
  for (const length of lengths) {
    const padded = paddedUnder(length, overheadOf);
    const sealed = padded + overheadOf(padded);
    if (padded < length || sealed !== paddedLength(length + overheadOf(length))) {
      expect.fail(`${length} bytes are padded to ${padded}, sealed ${sealed}`);
    }
  }
});

it('[M3] anything else than exactly its padding is refused', () => {
  const padded = () => pad(new Uint8Array(10).fill(1), sealOverhead);
  expect(padded()).toHaveLength(256 - sealOverhead);
  expect(unpad(padded(), sealOverhead)).toHaveLength(10);
  // Made for another sealing.
  expect(unpad(padded())).toBeNull();
  for (const short of [0, 3, 4, padded().length - 1]) {
    expect(unpad(padded().subarray(0, short), sealOverhead)).toBeNull();
  }
  for (let at = 14; at < padded().length; at++) {
    const marked = padded();
    marked[at] = 1;
    expect(unpad(marked, sealOverhead), `byte ${at}`).toBeNull();
  }
  const endless = padded();
  endless.fill(255, 0, 4);
  expect(unpad(endless, sealOverhead)).toBeNull();
  // One byte in more padding than it needs would tell readers apart.
  const wide = new Uint8Array(512 - sealOverhead);
  wide[3] = 1;
  expect(unpad(wide, sealOverhead)).toBeNull();
});
