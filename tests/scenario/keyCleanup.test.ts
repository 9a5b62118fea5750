import { afterAll, beforeAll, expect, it } from 'vitest';
import { Company, detailsOf } from '../../packages/proxy/test/chat/company.ts';
import type { Person } from '../../packages/proxy/test/chat/person.ts';

/** Short enough for a test, long enough that a busy machine answers within it. Milliseconds. */
const cleanup = { intervalMs: 500, graceMs: 4_000, answerMs: 250 };

let company: Company;
let ann: Person;
let room: string;
let link: string;

beforeAll(async () => {
  company = await Company.meet({ cleanup });
  ann = company.person('Ann');
  room = await ann.create('Garden');
  ({ link } = await ann.ask('createInvite', { room, uses: null, expiresIn: null, approval: true }));
});
afterAll(() => company.part());

const waiting = async () => (await detailsOf(ann, room)).knocks.map(({ name }) => name).sort();

it('[K5] [N2] who waits to be let in answers for its key package, and who has gone is forgotten', async () => {
  const [bob, cleo] = [company.resident('Bob'), company.person('Cleo')];
  for (const who of [bob, cleo]) await who.ask('joinRoom', { link });
  await ann.until(async () => (await waiting()).length === 2);
  // Bob's proxy stops and nobody answers for him; Cleo waits through the same grace period.
  await company.dismiss(bob);
  await ann.until(async () => (await waiting()).length === 1);
  expect(await waiting()).toEqual(['Cleo']);
  expect(cleo.room(room)?.state).toBe('joining');

  // Bob is back, and waits again.
  const again = company.resident('Bob');
  await ann.until(async () => (await waiting()).length === 2);
  for (const { id } of (await detailsOf(ann, room)).knocks) await ann.ask('admitKnock', { room, knock: id });
  for (const who of [again, cleo]) await who.until(() => who.room(room)?.state === 'joined');
  await company.allSee([ann, again, cleo], room, 3);
});

it('members are not asked for, and stay however long they are away', async () => {
  const eve = company.resident('Eve');
  await eve.joins(ann, room);
  await company.allSee([ann], room, 4);
  await company.dismiss(eve);
  // One who knocks and goes is forgotten after the grace period, which is thus over for Eve too.
  const guest = company.person('Guest');
  await guest.ask('joinRoom', { link });
  await ann.until(async () => (await waiting()).length === 1);
  await company.dismiss(guest);
  await ann.until(async () => (await waiting()).length === 0);
  expect(ann.room(room)?.memberCount).toBe(4);
  await ann.says(room, 'while Eve was away');
  const back = company.resident('Eve');
  await back.hears(room, ['while Eve was away']);
  expect(await back.troubles(room)).toEqual([]);
});
