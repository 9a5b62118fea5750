import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTamperingRelay } from '../../../../tests/hostile/tamperingRelay.ts';
import { type Relay, startRelay } from '../../../relay/src/index.ts';
import { introduced } from './introduced.ts';
import { fileStore, Person } from './person.ts';

let folder: string;
let relay: Relay;
const people: Person[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'otr-outage-'));
  relay = await start(0);
});
afterEach(async () => {
  for (const person of people.splice(0)) await person.close();
  await relay.close();
  rmSync(folder, { recursive: true });
});

function start(port: number): Promise<Relay> {
  return startRelay({ host: '127.0.0.1', port, data: join(folder, 'relay') });
}

/** A person whose profile outlives the proxy. */
function person(name: string): Person {
  const made = new Person({ relayUrl: relay.url, name, store: fileStore(join(folder, name)) });
  people.push(made);
  return made;
}

test('who was offline catches up, in order and once', async () => {
  const ana = person('Ana');
  const ben = person('Ben');
  const room = await ana.create('Garden');
  await ben.joins(ana, room);
  await ana.until(() => ana.room(room)?.memberCount === 2);
  await ben.close();
  const said = Array.from({ length: 30 }, (_, n) => `line ${n}`);
  for (const text of said) await ana.says(room, text);
  await ana.settles(room);

  const back = person('Ben');
  await back.hears(room, said);
  expect(await back.texts(room)).toEqual(said);
  expect(await back.troubles(room)).toEqual([]);
  await back.says(room, 'I am back');
  await ana.hears(room, ['I am back']);
  expect(await ana.troubles(room)).toEqual([]);
});

test('[M11] what was written while the relay was away goes out when it is back, in order and once', async () => {
  const ana = person('Ana');
  const ben = person('Ben');
  const room = await ana.create('Garden');
  await ben.joins(ana, room);
  await ana.until(() => ana.room(room)?.memberCount === 2);
  const { port } = relay;
  await relay.close();
  await ana.until(() => ana.chat.snapshot().relay.state === 'offline');
  const said = Array.from({ length: 10 }, (_, n) => `queued ${n}`);
  for (const text of said) await ana.says(room, text);
  expect(ana.chat.snapshot().relay.queued).toBe(10);

  // The proxy is started anew meanwhile: the queue is on disk.
  await ana.close();
  const again = person('Ana');
  expect(again.room(room)?.queued).toBe(10);
  relay = await start(port);
  await ben.hears(room, said);
  await again.settles(room);
  expect(await ben.texts(room)).toEqual(said);
  expect(await again.texts(room)).toEqual(said);
  for (const who of [again, ben]) expect(await who.troubles(room)).toEqual([]);
  expect(again.chat.snapshot().relay).toMatchObject({ state: 'online', queued: 0 });
});

test('leaving while the relay is away is said, and done when it is back', async () => {
  const ana = person('Ana');
  const ben = person('Ben');
  const room = await ana.create('Garden');
  await ben.joins(ana, room);
  await ana.until(() => ana.room(room)?.memberCount === 2);
  const { port } = relay;
  await relay.close();
  await ben.until(() => ben.chat.snapshot().relay.state === 'offline');
  const answer = await ben.chat.request('leaveRoom', { room });
  expect(answer).toMatchObject({ ok: false, error: { code: 'relayUnreachable' } });
  relay = await start(port);
  await ben.until(() => ben.room(room) === undefined);
  await ana.until(() => ana.room(room)?.memberCount === 1);
});

test('a room whose relay never comes back is left by leaving it twice; meanwhile its link joins nothing', async () => {
  const ana = person('Ana');
  const ben = person('Ben');
  const room = await ana.create('Garden');
  await ben.joins(ana, room);
  const { link } = await ana.ask('invite', { room });
  await relay.close();
  await ben.until(() => ben.chat.snapshot().relay.state === 'offline');
  await ben.chat.request('leaveRoom', { room });
  const joined = await ben.chat.request('joinRoom', { link });
  expect(joined).toMatchObject({ ok: false, error: { message: expect.stringMatching(/leav/) } });
  expect(ben.room(room)).toBeDefined();
  await ben.ask('leaveRoom', { room });
  expect(ben.room(room)).toBeUndefined();
  await ben.ask('joinRoom', { link });
  expect(ben.room(room)).toMatchObject({ state: 'joining' });
});

test('a relay that has lost the room stops it with a sentence', async () => {
  const ana = person('Ana');
  const ben = person('Ben');
  const room = await ana.create('Garden');
  await ben.joins(ana, room);
  const { port } = relay;
  await relay.close();
  rmSync(join(folder, 'relay'), { recursive: true });
  relay = await start(port);
  await ben.until(() => ben.room(room)?.state === 'stopped');
  expect(ben.room(room)?.reason).toMatch(/^The relay says: .*\.$/);
  await ben.ask('leaveRoom', { room });
  expect(ben.room(room)).toBeUndefined();
});

test('entries that expired before they were fetched are said to have; what is left is read', async () => {
  const ana = person('Ana');
  const ben = person('Ben');
  const room = await ana.create('Garden');
  await ben.joins(ana, room);
  await ana.until(() => ana.room(room)?.memberCount === 2);
  await introduced(room, ana, ben);
  await ben.close();
  for (const text of ['lost one', 'lost two']) await ana.says(room, text);
  await ana.settles(room);
  await pruneAll();
  await ana.says(room, 'kept');
  await ana.settles(room);

  const back = person('Ben');
  await back.hears(room, ['kept']);
  const rows = await back.rows(room);
  expect(rows).toContainEqual(expect.objectContaining({ event: 'expired', data: { count: 2 } }));
  expect(await back.troubles(room)).toEqual([]);
  await back.says(room, 'all well');
  await ana.hears(room, ['all well']);
  expect(await ana.troubles(room)).toEqual([]);
});

test('[R1] who was away for longer than the relay keeps a commit is told, and comes back with its history', async () => {
  const ana = person('Ana');
  const ben = person('Ben');
  const room = await ana.create('Garden');
  await ben.joins(ana, room);
  await ana.until(() => ana.room(room)?.memberCount === 2);
  await introduced(room, ana, ben);
  await ana.says(room, 'before');
  await ben.hears(room, ['before']);
  await ben.close();
  await ana.ask('renameRoom', { room, name: 'Orchard' });
  await ana.until(() => ana.room(room)?.name === 'Orchard');
  await pruneAll();
  await ana.says(room, 'meanwhile');
  await ana.settles(room);

  const back = person('Ben');
  await back.until(() => back.room(room)?.state === 'stopped');
  expect(back.room(room)?.reason).toMatch(/\.$/);
  await back.ask('returnToRoom', { room });
  await ana.until(() => ana.room(room)?.knocks === 1);
  const { knocks } = await ana.ask('getDetails', { room });
  await ana.ask('admitKnock', { room, knock: knocks[0]?.id ?? '' });
  await back.until(() => back.room(room)?.state === 'joined' && back.room(room)?.name === 'Orchard');
  await back.says(room, 'here again');
  await ana.hears(room, ['here again']);
  expect(await back.texts(room)).toEqual(['before', 'here again']);
  expect(ana.room(room)?.memberCount).toBe(2);
  for (const who of [ana, back]) expect(await who.troubles(room)).toEqual([]);
});

test('a second relay that is out of reach is told, and let go with its last room', async () => {
  const second = await startRelay({ host: '127.0.0.1', port: 0, data: ':memory:' });
  const evil = await startTamperingRelay(second.url);
  const ana = new Person({ relayUrl: second.url, name: 'Ana' });
  const ben = person('Ben');
  people.push(ana);
  const room = await ana.create('Elsewhere');
  const { link } = await ana.ask('invite', { room });
  const elsewhere = link.replace(/^otr:[^/]+/, `otr:${new URL(evil.url).host}`);
  await ben.ask('joinRoom', { link: elsewhere });
  await ben.until(() => ben.room(room)?.state === 'joined');
  expect(ben.chat.snapshot().relay).toMatchObject({ url: relay.url, state: 'online' });

  evil.cut();
  await ben.until(() => ben.chat.snapshot().relay.state === 'offline');
  expect(ben.chat.snapshot().relay).toMatchObject({ url: evil.url, reason: expect.stringMatching(/\.$/) });
  await ben.until(() => ben.chat.snapshot().relay.state === 'online');
  await ben.until(async () => (await ben.ask('getMembers', { room })).members.every(({ online }) => online));
  await ben.ask('leaveRoom', { room });
  await evil.deserted();
  expect(ben.chat.snapshot().relay).toMatchObject({ url: relay.url, state: 'online' });
  await evil.close();
  await ana.close();
  people.splice(people.indexOf(ana), 1);
  await second.close();
});

/** A relay of a short memory runs on the same store until nothing is left. */
async function pruneAll(): Promise<void> {
  const { port } = relay;
  await relay.close();
  const limits = { retentionMs: 1, pruneIntervalMs: 20 };
  relay = await startRelay({ host: '127.0.0.1', port: 0, data: join(folder, 'relay'), limits });
  while (entriesKept() > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await relay.close();
  relay = await start(port);
}

function entriesKept(): number {
  const database = new DatabaseSync(join(folder, 'relay', relayFile()), { readOnly: true });
  const row = database.prepare('SELECT COUNT(*) AS count FROM runs').get();
  database.close();
  return Number(row?.['count']);
}

function relayFile(): string {
  const [file] = readdirSync(join(folder, 'relay')).filter((name) => /\.(db|sqlite)$/.test(name));
  if (file === undefined) throw new Error('the relay has no database file');
  return file;
}
