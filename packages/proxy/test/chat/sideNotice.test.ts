import { afterEach, beforeEach, expect, test } from 'vitest';
import { Company, keyOf } from './company.ts';
import type { Person } from './person.ts';

let company: Company;
beforeEach(async () => {
  company = await Company.meet();
});
afterEach(() => company.part());

async function numberOf(who: Person, room: string, member: string): Promise<string> {
  return (await who.ask('getSafetyNumber', { room, member })).number;
}

test('[D6] [D8] what was said last is there when somebody is verified right after it, or words were wrong', async () => {
  const [ana, ben] = [company.person('Ana'), company.person('Ben')];
  const room = await company.room(ana, ben);
  await ana.says(room, 'Hello');
  await ben.hears(room, ['Hello']);
  await ana.settles(room);
  const member = await keyOf(ben, room, 'Ana');
  await ben.ask('verifyMember', { room, member, number: await numberOf(ben, room, member) });
  await ben.ask('unverifyMember', { room, member });
  await ben.ask('startWords', { room, member });
  await ben.ask('stopWords', { room, member });
  await ben.ask('verifyMember', { room, member, number: await numberOf(ben, room, member) });
  expect(await ben.texts(room)).toEqual(['Hello']);
  const rows = await ben.rows(room);
  const at = rows.findIndex(({ kind }) => kind === 'message');
  const after = rows.slice(at + 1).map((row) => (row.kind === 'notice' ? row.event : row.kind));
  expect(after.filter((event) => event === 'verified')).toHaveLength(2);
  // An edit writes the message's row again, and takes none of them away.
  const [message] = await ben.messages(room);
  await ana.ask('editMessage', {
    room,
    id: message?.id.replace(/^./, 'x') ?? '',
    target: message?.id ?? '',
    text: 'Hi',
  });
  await ben.until(async () => (await ben.texts(room)).includes('Hi'));
  expect((await ben.notices(room)).filter((event) => event === 'verified')).toHaveLength(2);
});
