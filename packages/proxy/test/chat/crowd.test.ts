import { afterEach, beforeEach, expect, test } from 'vitest';
import { Company, epochOf } from './company.ts';
import { joinsCrowd } from './joinsCrowd.ts';

let company: Company;

beforeEach(async () => {
  company = await Company.meet();
});
afterEach(() => company.part());

test('fifty people come at once by one invite, everyone says something, and everyone hears all', async () => {
  const ana = company.person('Ana');
  const room = await ana.create('Square');
  const { link } = await ana.ask('invite', { room });
  const others = Array.from({ length: 49 }, (_, n) => company.person(`Guest ${n}`));
  const everyone = [ana, ...others];
  const start = performance.now();
  await Promise.all(others.map((one) => one.ask('joinRoom', { link })));
  await company.allSee(everyone, room, 50);
  const joined = performance.now();
  const said = everyone.map((_, n) => `hello from ${n}`);
  await Promise.all(everyone.map((one, n) => one.says(room, said[n] ?? '')));
  for (const one of everyone) await one.hears(room, said);
  const heard = performance.now();
  const seconds = (from: number, to: number) => ((to - from) / 1_000).toFixed(1);
  console.info(`50 people: joined in ${seconds(start, joined)} s, all heard in ${seconds(joined, heard)} s`);
  for (const one of everyone) {
    await one.settles(room);
    expect(await one.troubles(room)).toEqual([]);
    expect((await one.texts(room)).sort()).toEqual([...said].sort());
  }
  expect(await epochOf(ana, room)).toBeGreaterThan(0);
}, 120_000);

test('a proxy joins a room of 200, hears and is heard, and renews its keys', async () => {
  const times = await joinsCrowd(company, 200, 8);
  console.info(`room of 200: ${JSON.stringify(times)}`);
  expect(times.troubles).toEqual([]);
}, 60_000);
