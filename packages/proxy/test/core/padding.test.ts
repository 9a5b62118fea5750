import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pad, paddedLength, unpad } from '../../src/core/padding.ts';

it('[M3] what was padded comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
      expect(unpad(pad(bytes))).toEqual(bytes);
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

it('refuses a length that its padding does not fit', () => {
  const padded = pad(new Uint8Array(10));
  expect(unpad(padded.subarray(0, 255))).toBeNull();
  expect(unpad(padded.subarray(0, 3))).toBeNull();
  padded[0] = 255;
  expect(unpad(padded)).toBeNull();
  const short = new Uint8Array(512); // one byte would have fitted 256
  short[3] = 1;
  expect(unpad(short)).toBeNull();
});
