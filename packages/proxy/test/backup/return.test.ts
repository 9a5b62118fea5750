import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Company, detailsOf, keyOf, refusalOf } from '../chat/company.ts';
import { newId, type Person } from '../chat/person.ts';
import { backup, mustDo, restore, Shelf, storeIn } from './profiles.ts';

let company: Company;
let shelf: Shelf;
beforeEach(async () => {
  company = await Company.meetDurably();
  shelf = new Shelf();
});
afterEach(async () => {
  await company.part();
  shelf.clean();
});

/** Whose profile can be backed up. */
async function guarded(name: string): Promise<Person> {
  return company.residentWith(name, await storeIn(company.profile(name)), () => {});
}

/** `who` ends and is backed up as `name`. */
async function backedUp(name: string, who: Person): Promise<string> {
  await company.dismiss(who);
  const file = shelf.place(`${name}.backup`);
  await mustDo(backup(company.profile(name), file));
  return file;
}

async function restored(file: string, name: string): Promise<Person> {
  await mustDo(restore(file, company.profile(name)));
  return guarded(name);
}

/** `knocks`: so many wait by then, this one last. */
async function isLetIn(by: Person, who: Person, room: string, knocks = 1): Promise<void> {
  await who.ask('returnToRoom', { room });
  await by.until(() => by.room(room)?.knocks === knocks);
  const knock = (await detailsOf(by, room)).knocks.at(-1);
  expect(knock).toMatchObject({ approval: true, returning: 'Ann' });
  await by.ask('admitKnock', { room, knock: knock?.id ?? '' });
  await who.until(() => who.room(room)?.state === 'joined');
}

/** Where the members' leaves are, by the name of each. */
async function pseudonyms(who: Person, room: string): Promise<string[]> {
  return (await who.ask('getMembers', { room })).members.map(({ key }) => key);
}

test('[R1] a restored profile has its history and no keys; a member lets it in, and it goes on as a new leaf', async () => {
  const [ann, ben, cleo] = [await guarded('Ann'), company.person('Ben'), company.person('Cleo')];
  const room = await company.room(ann, ben, cleo);
  await ann.ask('setPreferences', { tellRead: true, tellTyping: false });
  await ann.says(room, 'before');
  await ben.hears(room, ['before']);
  await ben.says(room, 'hello Ann');
  await ann.hears(room, ['hello Ann']);
  await ann.settles(room);
  const former = ann.room(room)?.me ?? '';
  const file = await backedUp('Ann', ann);

  const meanwhile = await guarded('Ann');
  await meanwhile.says(room, 'after the backup');
  await ben.hears(room, ['after the backup']);
  await company.dismiss(meanwhile);
  rmSync(company.profile('Ann'), { recursive: true });

  const back = await restored(file, 'Ann again');
  expect(back.room(room)).toMatchObject({ state: 'lost', name: 'Garden', me: null });
  expect(await back.texts(room)).toEqual(['before', 'hello Ann']);
  expect(back.chat.snapshot().profile).toMatchObject({ name: 'Ann', tellRead: true, tellTyping: false });
  expect(await refusalOf(back, 'sendMessage', { room, id: newId(), text: 'hm' })).toBe('notAllowed');

  await isLetIn(ben, back, room);
  await company.allSee([ben, cleo, back], room, 3);
  await back.says(room, 'here again');
  for (const who of [ben, cleo]) await who.hears(room, ['here again']);
  await cleo.says(room, 'welcome');
  for (const who of [ben, back]) await who.hears(room, ['welcome']);
  expect(await back.texts(room)).toEqual(['before', 'hello Ann', 'here again', 'welcome']);
  expect(await ben.texts(room)).toEqual(['before', 'hello Ann', 'after the backup', 'here again', 'welcome']);
  // Another pseudonym in another leaf, and the former one is no member: no generation of its ratchet can be used again.
  expect(back.room(room)?.me).not.toBe(former);
  for (const who of [ben, cleo, back]) expect(await pseudonyms(who, room)).not.toContain(former);
  expect(await keyOf(ben, room, 'Ann')).toBe(back.room(room)?.me);
  expect(await ben.notices(room)).toContain('returned');
  for (const who of [ben, cleo, back]) expect(await who.troubles(room)).toEqual([]);

  await company.dismiss(back);
  const later = await guarded('Ann again');
  await later.says(room, 'and after a restart');
  await ben.hears(room, ['and after a restart']);
  expect(await ben.troubles(room)).toEqual([]);
});

test('[R2] the profile that was backed up is shut out when the restored one has come back', async () => {
  const [ann, ben] = [await guarded('Ann'), company.person('Ben')];
  const room = await company.room(ann, ben);
  const file = await backedUp('Ann', ann);
  const original = await guarded('Ann');
  const back = await restored(file, 'Ann again');
  await isLetIn(ben, back, room);
  await original.until(() => original.room(room)?.state === 'removed');
  await ben.says(room, 'for the restored one');
  await back.hears(room, ['for the restored one']);
  expect(await original.texts(room)).toEqual([]);
  expect(await refusalOf(original, 'returnToRoom', { room })).toBe('notAllowed');
});

test('what waited to be sent goes after the return, and nothing of it is mistaken for what was sent meanwhile', async () => {
  const [ann, ben] = [await guarded('Ann'), company.person('Ben')];
  const room = await company.room(ann, ben);
  await company.stopRelay();
  await ann.until(() => ann.chat.snapshot().relay.state === 'offline');
  const first = await ann.says(room, 'first');
  await ann.ask('sendMessage', { room, id: newId(), text: 'second', replyTo: first });
  await ann.ask('react', { room, id: newId(), target: first, emoji: '\u{1F44D}', on: true });
  const file = await backedUp('Ann', ann);
  await company.startRelay();
  const meanwhile = await guarded('Ann');
  await ben.hears(room, ['first', 'second']);
  await meanwhile.settles(room);
  await company.dismiss(meanwhile);

  const back = await restored(file, 'Ann again');
  expect(await back.texts(room)).toEqual(['first', 'second']);
  expect(back.room(room)?.queued).toBe(3);
  await isLetIn(ben, back, room);
  await back.settles(room);
  await back.until(() => back.room(room)?.queued === 0);
  await ben.until(async () => (await ben.texts(room)).length === 4);
  expect(await back.texts(room)).toEqual(['first', 'second']);
  expect(await ben.texts(room)).toEqual(['first', 'second', 'first', 'second']);
  const [one, two] = (await ben.messages(room)).slice(2);
  expect(two?.replyTo).toMatchObject({ id: one?.id, text: 'first' });
  await ben.until(async () => (await ben.messages(room))[2]?.reactions?.[0]?.emoji === '\u{1F44D}');
  for (const who of [ben, back]) expect(await who.troubles(room)).toEqual([]);
});

test('who knocked by an invite when the backup was made knocks again, with new keys', async () => {
  const [ann, ben] = [await guarded('Ann'), company.resident('Ben')];
  const room = await ben.create('Garden');
  const { link } = await ben.ask('invite', { room });
  await ben.until(() => ben.room(room)?.state === 'joined');
  await company.dismiss(ben);
  await ann.ask('joinRoom', { link });
  const file = await backedUp('Ann', ann);
  rmSync(company.profile('Ann'), { recursive: true });
  const back = await restored(file, 'Ann again');
  expect(back.room(room)).toMatchObject({ state: 'joining' });
  const there = company.resident('Ben');
  await back.until(() => back.room(room)?.state === 'joined');
  await back.says(room, 'I am in');
  await there.hears(room, ['I am in']);
});

test('[R1] who asked to come back when the backup was made may ask again', async () => {
  const [ann, ben] = [await guarded('Ann'), company.person('Ben')];
  const room = await company.room(ann, ben);
  const once = await restored(await backedUp('Ann', ann), 'once');
  await once.ask('returnToRoom', { room });
  await ben.until(() => ben.room(room)?.knocks === 1);
  const twice = await restored(await backedUp('once', once), 'twice');
  expect(twice.room(room)?.state).toBe('lost');
  await isLetIn(ben, twice, room, 2);
  expect(await ben.troubles(room)).toEqual([]);
});

test('rooms without a way back stay as history: removed, and never known to a relay', async () => {
  const [ann, ben] = [await guarded('Ann'), company.person('Ben')];
  const room = await company.room(ann, ben);
  await ann.says(room, 'last words');
  await ben.hears(room, ['last words']);
  await ben.ask('removeMember', { room, member: await keyOf(ben, room, 'Ann') });
  await ann.until(() => ann.room(room)?.state === 'removed');
  await company.stopRelay();
  const alone = await ann.create('Alone');
  await ann.says(alone, 'note to myself');
  const back = await restored(await backedUp('Ann', ann), 'Ann again');
  await company.startRelay();
  expect(back.room(room)?.state).toBe('removed');
  expect(await back.texts(room)).toEqual(['last words']);
  expect(back.room(alone)?.state).toBe('lost');
  expect(await back.texts(alone)).toEqual(['note to myself']);
  for (const ref of [room, alone]) {
    expect(await refusalOf(back, 'returnToRoom', { room: ref })).toBe('notAllowed');
  }
});
