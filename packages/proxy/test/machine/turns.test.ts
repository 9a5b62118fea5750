import { expect, test } from 'vitest';
import {
  isRenewalDue,
  renewAfter,
  renewAfterMessages,
  renewOnWakingAfter,
} from '../../src/machine/keyAge.ts';
import { turnDelay } from '../../src/machine/turns.ts';

test('[C2] the first of those who are online acts at once, each next one later', () => {
  const online = [3, 5, 9, 12];
  const delays = online.map((ownLeaf) => turnDelay({ online, ownLeaf, luck: 0 }));
  expect(delays).toEqual([0, 400, 800, 1_200]);
  expect(turnDelay({ online, ownLeaf: 3, luck: 1 })).toBe(0);
});

test('[C2] luck tells two apart that believe the same, and never lets one overtake another', () => {
  const online = [1, 2, 3];
  for (const luck of [0, 0.5, 1]) {
    const second = turnDelay({ online, ownLeaf: 2, luck });
    expect(second).toBeGreaterThanOrEqual(400);
    expect(second).toBeLessThan(turnDelay({ online, ownLeaf: 3, luck: 0 }));
  }
});

test('[C2] in a room of a thousand nobody waits for minutes', () => {
  const online = Array.from({ length: 1_000 }, (_, leaf) => leaf);
  expect(turnDelay({ online, ownLeaf: 999, luck: 1 })).toBeLessThanOrEqual(6_100);
});

const now = 1_000_000_000;
const aged = (age: number, sent = 0) => ({ renewedAt: now - age, sent });

test.each([
  ['after joining', { renewedAt: null, sent: 0 }, false, true],
  ['a moment ago', aged(0), true, false],
  ['just not a day ago', aged(renewAfter - 1), false, false],
  ['a day ago', aged(renewAfter), false, true],
  ['before the hundredth message', aged(0, renewAfterMessages - 1), false, false],
  ['after the hundredth message', aged(0, renewAfterMessages), false, true],
  ['on waking within the hour', aged(renewOnWakingAfter - 1), true, false],
  ['on waking after an hour', aged(renewOnWakingAfter), true, true],
  ['an hour ago, without a pause', aged(renewOnWakingAfter), false, false],
])('[C3] own keys that were renewed %s', (_when, age, hasJustWoken, due) => {
  expect(isRenewalDue(age, now, hasJustWoken)).toBe(due);
});
