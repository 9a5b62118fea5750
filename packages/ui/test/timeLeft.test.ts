import { expect, it } from 'vitest';
import { timeLeft } from '../src/timeline/timeLeft.ts';

const minute = 60_000;
const hour = 60 * minute;

it.each([
  [7 * 24 * hour, '7d'],
  [25 * hour, '2d'],
  [24 * hour, '24h'],
  [90 * minute, '2h'],
  [60 * minute, '60m'],
  [61_000, '2m'],
  [60_000, '60s'],
  [400, '1s'],
  [0, '0s'],
  [-5_000, '0s'],
])('%d ms are shown as %s', (left, text) => {
  expect(timeLeft(left).text).toBe(text);
});

it('the text stays until the time it names, and is another one right after', () => {
  for (const left of [
    6.2 * 24 * hour,
    25 * hour,
    7_000_000,
    90 * minute,
    200_000,
    61_500,
    59_999,
    1_000,
    3,
  ]) {
    const { text, changesIn } = timeLeft(left);
    expect(changesIn).toBeGreaterThan(0);
    expect(timeLeft(left - changesIn + 1).text).toBe(text);
    expect(timeLeft(left - changesIn).text).not.toBe(text);
  }
});

it('nothing is waited for once the time is over', () => {
  expect(timeLeft(0).changesIn).toBe(Number.POSITIVE_INFINITY);
});
