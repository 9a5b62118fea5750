import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Relay, startRelay } from '../../../relay/src/index.ts';
import { newId, Person } from './person.ts';

let relay: Relay;
const people: Person[] = [];

beforeEach(async () => {
  relay = await startRelay({ host: '127.0.0.1', port: 0, data: ':memory:' });
});
afterEach(async () => {
  for (const person of people.splice(0)) await person.close();
  await relay.close();
});

function person(name?: string): Person {
  const made = new Person({ relayUrl: relay.url, ...(name !== undefined && { name }) });
  people.push(made);
  return made;
}

/** Ana's room with these members, each of whom knows all. */
async function roomOf(ana: Person, ...others: Person[]): Promise<string> {
  const room = await ana.create('Garden');
  for (const other of others) await other.joins(ana, room);
  for (const who of [ana, ...others]) {
    await who.until(() => who.room(room)?.memberCount === others.length + 1);
  }
  return room;
}

test('three people talk all ways, and everyone has every message once and in one order', async () => {
  const [ana, ben, cleo] = [person('Ana'), person('Ben'), person('Cleo')];
  const room = await roomOf(ana, ben, cleo);
  const said: string[] = [];
  for (let round = 0; round < 5; round++) {
    for (const who of [ana, ben, cleo]) {
      said.push(`${people.indexOf(who)} ${round}`);
      await who.says(room, `${people.indexOf(who)} ${round}`);
    }
  }
  for (const who of people) await who.hears(room, said);
  for (const who of people) await who.settles(room);

  const orders = await Promise.all(people.map((who) => who.texts(room)));
  expect(orders[0]).toHaveLength(said.length);
  expect(orders[1]).toEqual(orders[0]);
  expect(orders[2]).toEqual(orders[0]);
  for (const who of people) expect(await who.troubles(room)).toEqual([]);
  await ben.until(() => ben.room(room)?.name === 'Garden');
});

test('[M12] a burst goes through while people join in the middle of it', async () => {
  const [ana, ben] = [person('Ana'), person('Ben')];
  const room = await roomOf(ana, ben);
  const said = Array.from({ length: 40 }, (_, n) => `burst ${n}`);
  const joiners = [person('Cleo'), person('Dan'), person('Eve')];
  const burst = (async () => {
    for (const text of said) await ana.says(room, text);
  })();
  await Promise.all([burst, ...joiners.map((joiner) => joiner.joins(ben, room))]);
  await ben.hears(room, said);
  await ana.settles(room);

  expect(await ben.texts(room)).toEqual(said);
  for (const who of people) expect(await who.troubles(room)).toEqual([]);
  const late = await ana.says(room, 'to all');
  for (const who of people) await who.hears(room, ['to all']);
  const sent = (await ana.messages(room)).find(({ id }) => id === late);
  expect(sent?.recipients).toHaveLength(4);
});

test('[M11] the same message id again is one message', async () => {
  const [ana, ben] = [person('Ana'), person('Ben')];
  const room = await roomOf(ana, ben);
  const id = newId();
  await Promise.all([ana.says(room, 'once', id), ana.says(room, 'once', id)]);
  await ben.hears(room, ['once']);
  await ana.says(room, 'once', id);
  await ana.says(room, 'end');
  await ben.hears(room, ['end']);
  expect(await ben.texts(room)).toEqual(['once', 'end']);
  expect(await ana.texts(room)).toEqual(['once', 'end']);
});

test('what is written while the room is being created or joined is sent when it is', async () => {
  const [ana, ben] = [person('Ana'), person('Ben')];
  const room = await ana.create('Garden');
  await ana.says(room, 'early');
  await ana.settles(room);
  const { link } = await ana.ask('invite', { room });
  await ben.ask('joinRoom', { link });
  await ben.says(room, 'hello');
  await ana.hears(room, ['hello']);
  expect(await ben.texts(room)).toEqual(['hello']);
  expect(ben.room(room)?.me).toBe((await ben.messages(room))[0]?.from);
});

test('the same link twice is the same room', async () => {
  const [ana, ben] = [person('Ana'), person('Ben')];
  const room = await roomOf(ana, ben);
  const { link } = await ana.ask('invite', { room });
  expect(await ben.ask('joinRoom', { link })).toEqual({ room });
  expect(ben.chat.snapshot().rooms).toHaveLength(1);
});

test('a long message and one of many lines arrive as they were written', async () => {
  const [ana, ben] = [person('Ana'), person('Ben')];
  const room = await roomOf(ana, ben);
  const long = 'ä line\n'.repeat(7_000);
  await ana.says(room, long);
  await ben.hears(room, [long]);
  const answer = await ana.chat.request('sendMessage', { room, id: newId(), text: '\u0001'.repeat(65_000) });
  expect(answer).toMatchObject({ ok: false, error: { code: 'tooLarge' } });
});

test('[K4] a new name is told to those who are there, and to those who come', async () => {
  const [ana, ben] = [person(), person('Ben')];
  const room = await roomOf(ana, ben);
  await ana.says(room, 'who am I');
  await ben.hears(room, ['who am I']);
  expect((await ben.messages(room))[0]?.name).toMatch(/^Guest [0-9a-f]{4}$/);

  await ana.ask('setName', { name: 'Ana' });
  await ben.until(async () => (await ben.notices(room)).includes('renamed'));
  const cleo = person('Ana');
  await cleo.joins(ben, room);
  await ben.until(() => ben.room(room)?.memberCount === 3);
  const names = (await ben.ask('getMembers', { room })).members.map(({ name }) => name);
  expect(names.filter((name) => /^Ana [0-9a-f]{4}$/.test(name))).toHaveLength(2);
  expect(names).toContain('Ben');
  await cleo.until(async () => (await cleo.ask('getMembers', { room })).members.length === 3);
});

test('a room can be renamed by any member', async () => {
  const [ana, ben] = [person('Ana'), person('Ben')];
  const room = await roomOf(ana, ben);
  await ben.ask('renameRoom', { room, name: 'Orchard' });
  await ana.until(() => ana.room(room)?.name === 'Orchard');
  const cleo = person('Cleo');
  await cleo.joins(ana, room);
  await cleo.until(() => cleo.room(room)?.name === 'Orchard');
  expect(await ana.notices(room)).toContain('roomRenamed');
});

test('who leaves is gone from the roster, by its own word, and forgets everything', async () => {
  const [ana, ben] = [person('Ana'), person('Ben')];
  const room = await roomOf(ana, ben);
  await ben.says(room, 'bye');
  await ben.ask('leaveRoom', { room });
  expect(ben.chat.snapshot().rooms).toEqual([]);
  await ana.until(() => ana.room(room)?.memberCount === 1);
  expect(await ana.notices(room)).toContain('left');
  expect(await ana.texts(room)).toEqual(['bye']);
  await ana.says(room, 'alone');
  await ana.settles(room);
  expect((await ana.messages(room)).at(-1)?.recipients).toEqual([]);
});

test('[V1] marks say who has received what; unread counts what others said', async () => {
  const [ana, ben] = [person('Ana'), person('Ben')];
  const room = await roomOf(ana, ben);
  await ana.says(room, 'one');
  await ana.says(room, 'two');
  await ben.hears(room, ['one', 'two']);
  expect(ben.room(room)?.unread).toBe(2);
  expect(ana.room(room)?.unread).toBe(0);
  const seq = (await ben.messages(room)).at(-1)?.seq ?? 0;
  await ana.until(async () => {
    const { members } = await ana.ask('getMembers', { room });
    return members.some(({ self, received }) => !self && received >= seq);
  });
  await ben.ask('markRead', { room, order: Number.MAX_SAFE_INTEGER });
  expect(ben.room(room)?.unread).toBe(0);
  await ana.says(room, 'three');
  await ben.until(() => ben.room(room)?.unread === 1);
});

test('who was there first and who came are online to each other, however close together they come', async () => {
  const [ana, ben] = [person('Ana'), person('Ben')];
  const room = await ana.create('Garden');
  await ben.joins(ana, room); // while Ana's own key may still be on its way
  for (const each of [ana, ben]) {
    await each.until(async () => {
      const { members } = await each.ask('getMembers', { room });
      return members.length === 2 && members.every(({ online }) => online);
    });
  }
});

test('who is online and who types is told', async () => {
  const [ana, ben] = [person('Ana'), person('Ben')];
  const room = await roomOf(ana, ben);
  const typing = setInterval(() => void ben.ask('setTyping', { room }), 50);
  await ana.until(() => ana.events.some(({ event, data }) => event === 'typing' && data.name === 'Ben'));
  clearInterval(typing);
  await ben.close();
  await ana.until(async () => {
    const { members } = await ana.ask('getMembers', { room });
    return members.some(({ name, online }) => name === 'Ben' && !online);
  });
});

test('a page of the timeline is found from its end, before, after and around a message', async () => {
  const ana = person('Ana');
  const room = await roomOf(ana);
  const ids: string[] = [];
  for (let n = 0; n < 10; n++) ids.push(await ana.says(room, `line ${n}`));
  await ana.settles(room);
  const end = await ana.ask('getTimeline', { room, from: { at: 'end' }, limit: 3 });
  expect(end.rows.map(({ id }) => id)).toEqual(ids.slice(-3));
  expect([end.olderLeft, end.newerLeft]).toEqual([true, false]);
  const around = await ana.ask('getTimeline', { room, from: { at: 'around', id: ids[5] ?? '' }, limit: 4 });
  expect(around.rows.map(({ id }) => id)).toEqual(ids.slice(4, 8));
  const first = around.rows[0]?.order ?? 0;
  const before = await ana.ask('getTimeline', { room, from: { at: 'before', order: first }, limit: 50 });
  expect(before.rows.at(-1)?.id).toBe(ids[3]);
  expect([before.olderLeft, before.newerLeft]).toEqual([false, true]);
  const missing = await ana.chat.request('getTimeline', {
    room,
    from: { at: 'around', id: 'nothing' },
    limit: 4,
  });
  expect(missing).toMatchObject({ ok: false, error: { code: 'messageNotFound' } });
});
