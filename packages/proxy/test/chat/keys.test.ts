import { afterEach, beforeEach, expect, test } from 'vitest';
import { Company, detailsOf, epochOf } from './company.ts';
import type { Person } from './person.ts';

let company: Company;

beforeEach(async () => {
  company = await Company.meetDurably();
});
afterEach(() => company.part());

const hour = 3_600_000;
const renewedAt = async (who: Person, room: string) => (await detailsOf(who, room)).keysRenewedAt;

async function renewed(who: Person, room: string, after: number | null): Promise<number> {
  await who.until(async () => ((await renewedAt(who, room)) ?? 0) > (after ?? 0));
  return (await renewedAt(who, room)) ?? 0;
}

/** Ana and Ben with keys of their own making. */
async function settled() {
  const [ana, ben] = [company.person('Ana'), company.person('Ben')];
  const room = await company.room(ana, ben);
  await renewed(ben, room, null);
  const epoch = await epochOf(ben, room);
  await ana.until(async () => (await epochOf(ana, room)) === epoch);
  return { ana, ben, room, epoch };
}

test('[C3] who has joined renews its keys soon', async () => {
  const { ana, room, epoch } = await settled();
  expect(epoch).toBe(2);
  expect(await renewedAt(ana, room)).not.toBeNull();
  for (const notice of await ana.notices(room)) expect(['created', 'joined']).toContain(notice);
});

test('[C3] keys are renewed after a hundred messages', async () => {
  const { ana, ben, room, epoch } = await settled();
  const before = await renewedAt(ana, room);
  for (let n = 0; n < 99; n++) await ana.says(room, `line ${n}`);
  await ana.settles(room);
  expect(await epochOf(ana, room)).toBe(epoch);
  await ana.says(room, 'the hundredth');
  await renewed(ana, room, before);
  await ben.until(async () => (await epochOf(ben, room)) === epoch + 1);
  await ben.says(room, 'heard');
  await ana.hears(room, ['heard']);
  for (const who of [ana, ben]) expect(await who.troubles(room)).toEqual([]);
});

test('[C3] keys are renewed after a day, not before', async () => {
  const { ana, ben, room, epoch } = await settled();
  const before = await renewedAt(ana, room);
  company.ahead = 23 * hour;
  await ana.ask('setDraft', { room, text: 'anything happens' });
  await ana.says(room, 'not yet');
  await ben.hears(room, ['not yet']);
  expect(await epochOf(ben, room)).toBe(epoch);
  company.ahead = 24 * hour;
  await ana.ask('setDraft', { room, text: 'anything else' });
  await renewed(ana, room, before);
  await ben.until(async () => (await epochOf(ben, room)) > epoch);
});

test('[C3] keys are renewed on waking, where an hour has passed', async () => {
  const ana = company.resident('Ana');
  const room = await ana.create('Garden');
  await ana.says(room, 'good night');
  await ana.settles(room);
  const before = await renewedAt(ana, room);
  await company.dismiss(ana);
  company.ahead = hour / 2;
  const nap = company.resident('Ana');
  await nap.says(room, 'only a nap');
  await nap.settles(room);
  expect(await renewedAt(nap, room)).toBe(before);
  await company.dismiss(nap);
  company.ahead = 2 * hour;
  const morning = company.resident('Ana');
  await renewed(morning, room, before);
});

test('[C1] a name that is changed while away is told when the relay is back', async () => {
  const { ana, ben, room } = await settled();
  await company.stopRelay();
  await ben.until(() => ben.chat.snapshot().relay.state === 'offline');
  await ben.ask('setName', { name: 'Benedict' });
  await company.startRelay();
  await ana.until(async () => (await ana.notices(room)).includes('renamed'));
  const { members } = await ana.ask('getMembers', { room });
  expect(members.map(({ name }) => name)).toEqual(['Ana', 'Benedict']);
});

test('[G6] members of one history agree on it, whatever they change at once', async () => {
  const [ana, ben, cleo] = [company.person('Ana'), company.person('Ben'), company.person('Cleo')];
  const room = await company.room(ana, ben, cleo);
  const names = ['Orchard', 'Meadow', 'Grove', 'Heath', 'Moor', 'Fen'];
  const people = [ana, ben, cleo];
  await Promise.all(
    names.map((name, n) => (people[n % people.length] ?? ana).ask('renameRoom', { room, name })),
  );
  const said = await Promise.all(people.map(async (who, n) => [who, await who.says(room, `after all ${n}`)]));
  expect(said).toHaveLength(3);
  for (const who of people) await who.hears(room, ['after all 0', 'after all 1', 'after all 2']);
  for (const who of people) {
    expect(names).toContain(who.room(room)?.name);
    expect(await who.troubles(room)).toEqual([]);
  }
});
