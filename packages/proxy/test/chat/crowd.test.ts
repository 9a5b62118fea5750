import { afterEach, beforeEach, expect, test } from 'vitest';
import { Company } from './company.ts';
import { joinsCrowd } from './joinsCrowd.ts';

let company: Company;

beforeEach(async () => {
  company = await Company.meet();
});
afterEach(() => company.part());

// tests/scenario/crowd.test.ts has the larger ones.
test('a proxy joins a room of 200, hears and is heard, sees commits and renews its keys', async () => {
  const { troubles, ...times } = await joinsCrowd(company, 200, 8);
  console.info(`room of 200, milliseconds: ${JSON.stringify(times)}`);
  expect(troubles).toEqual([]);
}, 60_000);
