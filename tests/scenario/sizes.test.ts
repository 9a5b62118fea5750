import { expect, it } from 'vitest';
import { captureSizes, isListed, withLengthOfItsOwn } from './sentSizes.ts';

const padded = ['append.body', 'commit.body', 'commit.welcomes.sealed', 'knock.sealed', 'volatile.sealed'];
const slice = 'append.slices.ciphertext';

it('[M3] [D4] all that a relay is sent in a session has a length of the list, and slices are all of one length', async () => {
  const telling = withLengthOfItsOwn(await captureSizes());
  expect(new Set(telling.map(({ field }) => field))).toEqual(new Set([...padded, slice]));
  expect(telling.filter(({ field, length }) => field !== slice && !isListed(length))).toEqual([]);
  const slices = telling.filter(({ field }) => field === slice);
  expect(new Set(slices.map(({ length }) => length)).size).toBe(1);
});
