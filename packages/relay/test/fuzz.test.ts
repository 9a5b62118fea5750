import { expect, test } from 'vitest';
import { afterTest, dataFolder } from './afterTest.ts';
import { fuzzRelay } from './fuzz/fuzz.ts';
import { fuzzedCleanup, fuzzedLimits, grownBeyond } from './fuzz/terms.ts';
import { type WatchedOptions, watchedRelay } from './watchedRelay.ts';

/** The short run; `npm run fuzz -w packages/relay` is the long one. */
const inputs = 6_000;
const seed = Number(process.env['OTR_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

async function attacked(options: WatchedOptions, howMuch: number) {
  const relay = await watchedRelay({
    data: dataFolder(),
    limits: fuzzedLimits,
    cleanup: fuzzedCleanup,
    ...options,
  });
  afterTest(() => relay.stop());
  return await fuzzRelay(relay, howMuch, seed);
}

test('[W2] [W3] [W4] [S4] hostile bytes crash nothing, fill nothing and hear nothing of another room', {
  timeout: 120_000,
}, async () => {
  const report = await attacked({}, inputs);
  console.log(`seed ${seed}: ${report.inputs} inputs on ${report.connections} connections`);
  expect([...report.complaints, ...grownBeyond(report)]).toEqual([]);
  expect(report.inputs).toBeGreaterThanOrEqual(inputs);
  expect(report.witnessed).toBeGreaterThan(0);
  // The inputs come to many places, and are not all stopped at the first.
  expect(report.closed).toBeGreaterThan(0);
  for (const code of ['badRequest', 'notAuthorised', 'unknownEvent', 'knockNotFound']) {
    expect([code, report.refusals.get(code) ?? 0]).not.toEqual([code, 0]);
  }
});

test('a relay that mixes rooms is found out (negative control)', { timeout: 120_000 }, async () => {
  const { complaints } = await attacked({ fault: 'roomsMixed' }, inputs);
  expect(complaints.join('\n')).toMatch(/another room|witnesses' room|foreign|nobody said/);
});

test('a relay that believes every length is found out (negative control)', {
  timeout: 120_000,
}, async () => {
  const report = await attacked({ fault: 'noGuard' }, inputs);
  expect([...report.complaints, ...grownBeyond(report)]).not.toEqual([]);
});
