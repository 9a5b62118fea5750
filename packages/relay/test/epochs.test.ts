import { randomBytes } from 'node:crypto';
import type { Entry } from '@otr/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  isMissing,
  type PostgresService,
  startPostgres,
  startRedis,
  type UrlService,
} from '../../../tests/services.ts';
import { inProcessBus, inProcessFanout } from '../src/fanout/inProcess.ts';
import { defaultLimits } from '../src/options.ts';
import { startOn } from '../src/server.ts';
import { openSqlite } from '../src/storage/sqlite/open.ts';
import type { Storage } from '../src/storage/storage.ts';
import type { TestClient } from './testClient.ts';
import { afterTest, testClient, testRelay } from './testRelay.ts';
import { type TestRoom, testRoom } from './testRoom.ts';

const anywhere = { host: '127.0.0.1', port: 0, data: ':memory:' };

/** A room whose members know the access keys of this and all later epochs. */
function testRoomOf(epochs: number): TestRoom[] {
  const first = testRoom();
  return [first, ...Array.from({ length: epochs }, () => testRoom(first.room))];
}

async function twoNodes() {
  const storage = openSqlite(':memory:', defaultLimits);
  const bus = inProcessBus();
  const start = async () => {
    const ground = { storage: { ...storage, close: async () => {} }, fanout: inProcessFanout(bus) };
    const relay = await startOn(ground, anywhere);
    afterTest(() => relay.close());
    return relay;
  };
  const nodes = [await start(), await start()] as const;
  afterTest(() => storage.close());
  return nodes;
}

async function oneNode() {
  const relay = await testRelay();
  return [relay, relay] as const;
}

/**
 * As a proxy does it: after each commit it enters with the next access key and fetches what was appended before it
 * entered, and nothing else. Resolves with all places that it came to know so.
 */
async function follow(client: TestClient, epochs: readonly TestRoom[]): Promise<Set<number>> {
  const [{ room } = testRoom()] = epochs;
  const fetched = new Map<number, Entry>();
  for (const [epoch, next] of epochs.entries()) {
    if (epoch === 0) continue;
    let after = await commitOf(epoch, client, [...fetched.values()]);
    const { head } = await client.enter(next);
    while (after < head) {
      const { entries } = await client.done('fetch', { room, after, limit: 500 });
      for (const entry of entries) if (entry.seq <= head) fetched.set(entry.seq, entry);
      after = entries.at(-1)?.seq ?? head;
    }
  }
  return new Set(fetched.keys());
}

/** Where this epoch's commit is: among what was fetched, since it came before the entering with its own key, or live. */
async function commitOf(epoch: number, client: TestClient, fetched: readonly Entry[]): Promise<number> {
  const isIt = (entry: Entry) => entry.kind === 'commit' && entry.epoch === epoch;
  const known = fetched.find(isIt);
  if (known) return known.seq;
  const { entries } = await client.next('entries', (message) => message.entries.some(isIt));
  return entries.find(isIt)?.seq ?? 0;
}

/** Appends for whatever epoch it is in, again and again, until told to stop. */
async function talk(client: TestClient, epochs: readonly TestRoom[], goesOn: () => boolean): Promise<void> {
  let epoch = 0;
  while (goesOn()) {
    const room = epochs[epoch];
    if (room === undefined) throw new RangeError('an epoch without a key');
    const sent = Array.from({ length: 5 }, () => client.ask('append', client.message(room, epoch)));
    const refused = (await Promise.all(sent)).filter((answer) => !answer.ok);
    const [missed] = refused.flatMap((answer) => (answer.ok ? [] : [answer.error.epoch ?? epoch]));
    epoch = missed ?? epoch;
    const entered = epochs[epoch];
    if (refused.length > 0 && entered) await client.enter(entered);
  }
}

const isAlone = isMissing('PostgreSQL') || isMissing('Redis');
let postgres: PostgresService;
let redis: UrlService;
beforeAll(async () => {
  if (!isAlone) [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
});
afterAll(async () => {
  if (!isAlone) await Promise.all([postgres.stop(), redis.stop()]);
});

/** Whose reads take their time: what is delivered meanwhile is much. */
async function twoServed() {
  const options = { database: await postgres.createDatabase(), redis: redis.url };
  return [await testRelay(options), await testRelay(options)] as const;
}

test.each([
  ['one node', oneNode],
  ['two nodes', twoNodes],
  ...(isAlone ? [] : [['two nodes on PostgreSQL and Redis', twoServed] as const]),
] as const)(
  '[A6] whoever enters anew after each commit misses nothing between the epochs: %s',
  async (_, start) => {
    const nodes = await start();
    const epochs = testRoomOf(25);
    const [first = testRoom()] = epochs;
    const [committer, talker] = [await testClient(nodes[0]), await testClient(nodes[1])];
    const followers = [await testClient(nodes[0]), await testClient(nodes[1]), await testClient(nodes[1])];
    await committer.create(first);
    for (const each of [committer, talker, ...followers]) await each.enter(first);
    const following = followers.map((each) => follow(each, epochs));
    let goesOn = true;
    const talking = talk(talker, epochs, () => goesOn);
    for (const [epoch, next] of epochs.slice(1).entries()) {
      const room = epochs[epoch] ?? first;
      await committer.done('commit', committer.commit(room, epoch, next));
      await committer.enter(next);
      await committer.done('append', committer.message(next, epoch + 1));
    }
    goesOn = false;
    await talking;
    const fetched = await Promise.all(following);
    const last = epochs.at(-1) ?? first;
    const { seq: head } = await committer.done('append', committer.message(last, 25));
    const all = Array.from({ length: head }, (_, n) => n + 1);
    for (const [index, each] of followers.entries()) {
      const live = (await each.entriesUpTo(first.room, head)).map(({ seq }) => seq);
      expect(live).toEqual([...new Set(live)].toSorted((a, b) => a - b));
      const known = new Set([...live, ...(fetched[index] ?? [])]);
      expect([...known].toSorted((a, b) => a - b)).toEqual(all);
    }
  },
);

/** A relay whose room is read slowly: so many times three entries are appended between the reading and its answer. */
async function entersLate(lateTimes: number) {
  const storage = openSqlite(':memory:', defaultLimits);
  let append: (() => Promise<void>) | undefined;
  let left = lateTimes;
  const late: Storage = {
    ...storage,
    snapshot: async (room, access) => {
      const snapshot = await storage.snapshot(room, access);
      if (append && left-- > 0) await append();
      return snapshot;
    },
  };
  const relay = await startOn({ storage: late, fanout: inProcessFanout() }, anywhere);
  afterTest(() => relay.close());
  const room = testRoom();
  const [writer, reader] = [await testClient(relay), await testClient(relay)];
  await writer.create(room);
  await writer.enter(room);
  append = async () => {
    for (let n = 0; n < 3; n += 1) await writer.done('append', writer.message(room, 0));
  };
  const { head } = await reader.enter(room);
  append = undefined;
  const { seq } = await writer.done('append', writer.message(room, 0));
  const live = (await reader.entriesUpTo(room.room, seq)).map((entry) => entry.seq);
  return { head, live, seq };
}

test('[A6] what is appended while a room is read for one who enters leaves no hole', async () => {
  expect(await entersLate(1)).toEqual({ head: 3, live: [4], seq: 4 });
  expect(await entersLate(3)).toEqual({ head: 9, live: [10], seq: 10 });
});

test('[L6] where that goes on and on, who enters is told the newest entry, sees the hole and fetches', async () => {
  expect(await entersLate(9)).toEqual({ head: 9, live: [12, 13], seq: 13 });
});

test('[A6] the committer hears its commit and nothing of the new epoch until it has entered with the new key', async () => {
  const relay = await testRelay();
  const [room = testRoom(), next = testRoom()] = testRoomOf(1);
  const [committer, other] = [await testClient(relay), await testClient(relay)];
  await committer.create(room);
  await committer.enter(room);
  await committer.done('commit', committer.commit(room, 0, next));
  await other.enter(next);
  await other.done('append', other.message(next, 1));
  await other.done('volatile', { room: room.room, sealed: randomBytes(9) });
  const { head } = await committer.done('fetch', { room: room.room, after: 0, limit: 9 });
  expect(head).toBe(1);
  expect(committer.all('entries').flatMap(({ entries }) => entries.map(({ seq }) => seq))).toEqual([1]);
  expect(committer.all('volatile')).toEqual([]);
  expect(await committer.enter(next)).toMatchObject({ head: 2, epoch: 1 });
  await other.done('append', other.message(next, 1));
  expect((await committer.entriesUpTo(room.room, 3)).map(({ seq }) => seq)).toEqual([1, 3]);
});

test('[A3] [A4] a volatile message is the current epoch’s alone: not from a former one, nor to one', async () => {
  const relay = await testRelay();
  const [room = testRoom(), next = testRoom()] = testRoomOf(1);
  const [ann, bob, carol] = [await testClient(relay), await testClient(relay), await testClient(relay)];
  await ann.create(room);
  for (const each of [ann, bob, carol]) await each.enter(room);
  const tell = (size: number) => ({ room: room.room, sealed: randomBytes(size) });
  await carol.done('volatile', tell(1));
  await ann.done('commit', ann.commit(room, 0, next));
  for (const each of [ann, bob]) await each.enter(next);
  expect((await carol.refused('volatile', tell(2))).code).toBe('epochEnded');
  await ann.done('volatile', tell(3));
  await bob.next('volatile', ({ sealed }) => sealed.length === 3);
  const sizes = (client: TestClient) => client.all('volatile').map(({ sealed }) => sealed.length);
  await carol.done('fetch', { room: room.room, after: 0, limit: 1 });
  expect([ann, bob, carol].map(sizes)).toEqual([[1], [1, 3], []]);
});
