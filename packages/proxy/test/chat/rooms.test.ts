import type { Row } from '@otr/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Company, keyOf } from './company.ts';
import { newId, type Person } from './person.ts';

let company: Company;

beforeEach(async () => {
  company = await Company.meet();
});
afterEach(() => company.part());

async function two(): Promise<{ ana: Person; ben: Person; room: string }> {
  const [ana, ben] = [company.person('Ana'), company.person('Ben')];
  return { ana, ben, room: await company.room(ana, ben) };
}

const messageOf = async (who: Person, room: string, id: string) =>
  (await who.messages(room)).find((message) => message.id === id);

/** The row as the clients were first told of it. */
function toldRow(who: Person, id: string): Row | undefined {
  const told = who.events.flatMap(({ event, data }) => (event === 'rows' ? data.rows : []));
  return told.find((row) => row.id === id);
}

test('an edit replaces the text for all; only one’s own can be edited', async () => {
  const { ana, ben, room } = await two();
  const target = await ana.says(room, 'wrnog');
  await ben.hears(room, ['wrnog']);
  await ana.ask('editMessage', { room, id: newId(), target, text: 'right' });
  for (const who of [ana, ben]) {
    await who.hears(room, ['right']);
    expect(await who.texts(room)).toEqual(['right']);
    expect((await messageOf(who, room, target))?.editedAt).toBeTypeOf('number');
  }
  const mine = { room, id: newId(), target, text: 'mine' };
  expect(await ben.chat.request('editMessage', mine)).toMatchObject({
    ok: false,
    error: { code: 'notAllowed' },
  });
});

test('a deleted message is empty for all, and no search finds it', async () => {
  const { ana, ben, room } = await two();
  const target = await ana.says(room, 'secretword');
  await ben.hears(room, ['secretword']);
  await ana.ask('deleteMessage', { room, id: newId(), target });
  await ben.until(async () => (await messageOf(ben, room, target))?.deleted === true);
  expect(await ben.texts(room)).toEqual(['']);
  expect((await ben.ask('search', { text: 'secretword', limit: 10 })).hits).toEqual([]);
  const again = { room, id: newId(), target, text: 'back' };
  expect(await ana.chat.request('editMessage', again)).toMatchObject({
    ok: false,
    error: { code: 'notAllowed' },
  });
});

test('reactions come and go, from each member once', async () => {
  const { ana, ben, room } = await two();
  const target = await ana.says(room, 'cake?');
  await ben.hears(room, ['cake?']);
  for (const who of [ana, ben]) await who.ask('react', { room, id: newId(), target, emoji: '🍰', on: true });
  const bearers = async (who: Person) =>
    (await messageOf(who, room, target))?.reactions?.[0]?.from.length ?? 0;
  for (const who of [ana, ben]) await who.until(async () => (await bearers(who)) === 2);
  await ben.ask('react', { room, id: newId(), target, emoji: '🍰', on: false });
  await ana.until(async () => (await bearers(ana)) === 1);
  expect((await messageOf(ana, room, target))?.reactions).toEqual([
    { emoji: '🍰', from: [ana.room(room)?.me] },
  ]);
});

test('an answer carries what it answers', async () => {
  const { ana, ben, room } = await two();
  const question = await ana.says(room, 'when?');
  await ben.hears(room, ['when?']);
  const id = newId();
  await ben.ask('sendMessage', { room, id, text: 'at nine', replyTo: question });
  await ana.hears(room, ['at nine']);
  expect((await messageOf(ana, room, id))?.replyTo).toEqual({ id: question, name: 'Ana', text: 'when?' });
});

test('[T1] with a timer messages disappear everywhere: the clients are told, and no search finds them', async () => {
  const { ana, ben, room } = await two();
  await ana.says(room, 'before the timer');
  // What is still under way would come to a place after the timer, and disappear with the rest.
  await ana.settles(room);
  await ana.ask('setTimer', { room, disappearAfter: 1_500 });
  for (const who of [ana, ben]) await who.until(() => who.room(room)?.disappearAfter === 1_500);
  const id = await ben.says(room, 'fleeting');
  // A slow machine may not see it in the timeline before it is gone.
  await ana.until(() => toldRow(ana, id) !== undefined);
  expect(toldRow(ana, id)).toMatchObject({ text: 'fleeting', expiresAt: expect.any(Number) });
  for (const who of [ana, ben]) {
    await who.until(() =>
      who.events.some(
        ({ event, data }) => event === 'rowsGone' && data.room === room && data.ids.includes(id),
      ),
    );
    expect(await who.texts(room)).toEqual(['before the timer']);
    expect((await who.ask('search', { text: 'fleeting', limit: 10 })).hits).toEqual([]);
    expect(who.room(room)?.lastLine?.text).toBe('before the timer');
  }
});

test('[T1] what disappeared while the proxy was stopped is gone when it starts', async () => {
  const ana = company.resident('Ana');
  const room = await ana.create('Garden');
  await ana.ask('setTimer', { room, disappearAfter: 60_000 });
  await ana.until(() => ana.room(room)?.disappearAfter === 60_000);
  await ana.says(room, 'fleeting');
  await ana.settles(room);
  await company.dismiss(ana);
  company.ahead = 61_000;
  const again = company.resident('Ana');
  await again.until(async () => (await again.texts(room)).length === 0);
});

test('[V2] what was read is told to others only where the person lets it', async () => {
  const { ana, ben, room } = await two();
  const benAs = async () => {
    const { members } = await ana.ask('getMembers', { room });
    return members.find(({ name }) => name === 'Ben');
  };
  await ben.ask('setPreferences', { tellRead: false, tellTyping: true });
  await ana.says(room, 'one');
  await ben.hears(room, ['one']);
  const seq = (await ben.messages(room)).at(-1)?.seq ?? 0;
  await ben.ask('markRead', { room, order: Number.MAX_SAFE_INTEGER });
  await ana.until(async () => ((await benAs())?.received ?? 0) >= seq);
  expect((await benAs())?.read).toBeNull();
  await ben.ask('setPreferences', { tellRead: true, tellTyping: true });
  await ana.until(async () => ((await benAs())?.read ?? 0) >= seq);
  await ben.ask('setPreferences', { tellRead: false, tellTyping: true });
  await ana.until(async () => (await benAs())?.read === null);
});

test('[V2] typing is told only where the person lets it', async () => {
  const { ana, ben, room } = await two();
  await ben.ask('setPreferences', { tellRead: false, tellTyping: false });
  const types = () => ana.events.filter(({ event }) => event === 'typing').length;
  await ben.ask('setTyping', { room });
  await ben.says(room, 'said, not typed');
  await ana.hears(room, ['said, not typed']);
  expect(types()).toBe(0);
  await ben.ask('setPreferences', { tellRead: false, tellTyping: true });
  await ben.ask('setTyping', { room });
  await ana.until(() => types() === 1);
});

test('search finds words and their beginnings, in one room or all', async () => {
  const { ana, ben, room } = await two();
  const other = await ana.create('Kitchen');
  await ana.says(room, 'apples and pears');
  await ben.says(room, 'applesauce');
  await ana.says(other, 'more apples');
  await ana.hears(room, ['applesauce']);
  await ana.settles(other);
  const find = async (text: string, where?: string) => {
    const { hits } = await ana.ask('search', {
      text,
      limit: 10,
      ...(where !== undefined && { room: where }),
    });
    return hits.map(({ row }) => (row.kind === 'message' ? row.text : '')).sort();
  };
  expect(await find('apples')).toEqual(['apples and pears', 'applesauce', 'more apples']);
  expect(await find('apples pear')).toEqual(['apples and pears']);
  expect(await find('apples', other)).toEqual(['more apples']);
});

test('[G1] one person has another pseudonym in each room', async () => {
  const { ana, ben, room } = await two();
  const other = await company.room(ana, ben);
  expect(await keyOf(ana, room, 'Ben')).not.toBe(await keyOf(ana, other, 'Ben'));
  expect(ben.room(room)?.me).toBe(await keyOf(ana, room, 'Ben'));
});
