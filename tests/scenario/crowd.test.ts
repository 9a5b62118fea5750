import { afterEach, beforeEach, expect, it } from 'vitest';
import { Company, epochOf } from '../../packages/proxy/test/chat/company.ts';
import { joinsCrowd } from '../../packages/proxy/test/chat/joinsCrowd.ts';

let company: Company;

beforeEach(async () => {
  company = await Company.meet();
});
afterEach(() => company.part());

const seconds = (from: number, to: number) => ((to - from) / 1_000).toFixed(1);

it('fifty people come at once by one invite, everyone says something, and everyone hears all', async () => {
  const ana = company.person('Ana');
  const room = await ana.create('Square');
  const { link } = await ana.ask('invite', { room });
  const others = Array.from({ length: 49 }, (_, n) => company.person(`Guest ${n}`));
  const everyone = [ana, ...others];
  const start = performance.now();
  await Promise.all(others.map((one) => one.ask('joinRoom', { link })));
  await company.allSee(everyone, room, everyone.length);
  const joined = performance.now();
  const commits = await epochOf(ana, room);
  const said = everyone.map((_, n) => `hello from ${n}`);
  await Promise.all(everyone.map((one, n) => one.says(room, said[n] ?? '')));
  for (const one of everyone) await one.hears(room, said);
  const heard = performance.now();
  console.info(
    `50 people: joined in ${seconds(start, joined)} s by ${commits} commits, all heard in ${seconds(joined, heard)} s`,
  );
  for (const one of everyone) {
    await one.settles(room);
    expect(await one.troubles(room)).toEqual([]);
    expect((await one.texts(room)).sort()).toEqual([...said].sort());
  }
}, 300_000);

it('a proxy joins a room of 1,000, hears and is heard, sees commits and renews its keys', async () => {
  const { troubles, ...times } = await joinsCrowd(company, 1_000, 8);
  console.info(`room of 1,000, milliseconds: ${JSON.stringify(times)}`);
  expect(troubles).toEqual([]);
});
