import { expect, it, vi } from 'vitest';
import { captureSizes, isListed, withLengthOfItsOwn } from './sentSizes.ts';

/** Padding switched off on purpose, here and nowhere else. */
vi.mock('../../packages/proxy/src/core/padding.ts', () => ({
  paddedLength: (length: number) => length,
  paddedUnder: (length: number) => length,
  pad: (bytes: Uint8Array) => bytes,
  unpad: (bytes: Uint8Array) => bytes,
}));

it('without padding the same session has many lengths of its own (negative control of sizes.test.ts)', async () => {
  const telling = withLengthOfItsOwn(await captureSizes());
  for (const event of ['append', 'commit', 'knock', 'volatile']) {
    const lengths = telling.filter(({ field }) => field.startsWith(event)).map(({ length }) => length);
    expect(lengths.filter((length) => !isListed(length)).length, event).toBeGreaterThan(lengths.length / 2);
  }
});
