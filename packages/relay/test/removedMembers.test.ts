import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  isMissing,
  type PostgresService,
  startPostgres,
  startRedis,
  type UrlService,
} from '../../../tests/services.ts';
import { inProcessFanout } from '../src/fanout/inProcess.ts';
import { defaultLimits } from '../src/options.ts';
import { startOn } from '../src/server.ts';
import { openSqlite } from '../src/storage/sqlite/open.ts';
import { unsafeForgetfulStorage } from './forgetfulStorage.ts';
import { type Nodes, nothing, type Removal, readings, refusals, removal, writings } from './removal.ts';
import type { TestClient } from './testClient.ts';
import { afterTest, testClient, testRelay } from './testRelay.ts';
import { testRoom } from './testRoom.ts';

let postgres: PostgresService;
let redis: UrlService;
const isAlone = isMissing('PostgreSQL') || isMissing('Redis');

beforeAll(async () => {
  if (!isAlone) [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
});
afterAll(async () => {
  if (!isAlone) await Promise.all([postgres.stop(), redis.stop()]);
});

async function oneNode(): Promise<Nodes> {
  const relay = await testRelay();
  return { near: relay, far: relay, empty: relay };
}

async function severalNodes(): Promise<Nodes> {
  const options = { database: await postgres.createDatabase(), redis: redis.url };
  const relays = () => Promise.all([testRelay(options), testRelay(options), testRelay(options)]);
  const [near, far, empty] = await relays();
  return { near, far, empty };
}

/** Somebody who comes with the key of an epoch that has ended. */
async function comesBack(node: { url: string }, { former }: Removal) {
  const client = await testClient(node);
  return { client, told: await client.enter(former) };
}

describe.each([
  ['one relay on SQLite', oneNode, true],
  ['several relays on PostgreSQL and Redis', severalNodes, !isAlone],
] as const)('%s', (_name, start, isThere) => {
  describe.runIf(isThere)('after the commit that ends their epoch the removed', () => {
    test('[A4] read nothing on connections that stay open, live or by fetch', async () => {
      const scene = await removal(await start());
      for (const carol of [scene.carols.near, scene.carols.far]) {
        // It was a reader until then.
        const heard = await carol.entriesUpTo(scene.room.room, scene.end);
        expect(heard.map(({ seq }) => seq)).toEqual([1, scene.end]);
        expect(await readings(carol, scene)).toEqual(nothing);
      }
    });

    test('[A3] change nothing on connections that stay open', async () => {
      const scene = await removal(await start());
      for (const carol of [scene.carols.near, scene.carols.far]) {
        expect(await writings(carol, scene)).toEqual(refusals);
      }
      await changedNothing(scene);
    });

    test('[A4] who come back are told that it has ended, and no more', async () => {
      const nodes = await start();
      const scene = await removal(nodes);
      for (const node of [nodes.near, nodes.far]) {
        const { client, told } = await comesBack(node, scene);
        expect(told).toEqual({ head: scene.end, floor: 1, epoch: 0, ended: true, knocks: [] });
        expect(await readings(client, scene)).toEqual(nothing);
        expect(await writings(client, scene)).toEqual(refusals);
        const { entries, head } = await client.done('fetch', { room: scene.room.room, after: 0, limit: 9 });
        expect([entries.map(({ seq }) => seq), head]).toEqual([[1, scene.end], scene.end]);
      }
      await changedNothing(scene);
    });

    test('[A4] who come back hear nothing of what happens then, also where nobody else listens', async () => {
      const nodes = await start();
      const scene = await removal(nodes);
      const comebacks = [await comesBack(nodes.near, scene), await comesBack(nodes.empty, scene)];
      const { ann, room, invite } = scene;
      await ann.done('append', ann.message(room, 1));
      const joiner = await testClient(nodes.near);
      await joiner.done('knock', joiner.knock(room, invite));
      await ann.done('volatile', { room: room.room, sealed: Buffer.alloc(9) });
      await reached(nodes, ann);
      for (const { client } of comebacks) expect(await readings(client, scene)).toEqual(nothing);
    });

    test('[L9] who write are told what they missed up to that commit', async () => {
      const scene = await removal(await start());
      const { end, former, carols } = scene;
      for (const carol of [carols.near, carols.far]) {
        const { missed } = await carol.refused('append', carol.message(former, 0));
        expect(missed?.map(({ seq }) => seq)).toEqual([1, end]);
      }
    });
  });

  test.runIf(isThere)('[A4] who have the new key read everything, live and by fetch', async () => {
    const nodes = await start();
    const { ann, bob, room, end, head, waiting } = await removal(nodes);
    const all = Array.from({ length: head }, (_, n) => n + 1);
    const heard = (await bob.entriesUpTo(room.room, head)).map(({ seq }) => seq);
    expect([heard, head]).toEqual([all, end + 3]);
    for (const node of [nodes.near, nodes.far]) {
      const member = await testClient(node);
      const told = await member.enter(room);
      expect(told).toMatchObject({ head, ended: false, epoch: 1, knocks: [{ id: Buffer.from(waiting) }] });
      const { entries } = await member.done('fetch', { room: room.room, after: 0, limit: 9 });
      expect(entries.map(({ seq }) => seq)).toEqual(all);
    }
    expect(ann.all('volatile')).toHaveLength(1);
  });
});

/** The log is as it was, the knock still waits, and the room is in the epoch that it was in. */
async function changedNothing({ ann, room, head, waiting }: Removal): Promise<void> {
  const told = await ann.enter(room);
  expect(told).toMatchObject({ head, epoch: 1, ended: false });
  expect(told.knocks.map(({ id }) => Buffer.from(id))).toEqual([Buffer.from(waiting)]);
  expect(ann.all('volatile')).toHaveLength(1);
}

/** What was told at the near node before has come to the empty one: the fan-out of a node keeps its order. */
async function reached(nodes: Nodes, from: TestClient): Promise<void> {
  const other = testRoom();
  await from.create(other);
  await from.enter(other);
  const listener = await testClient(nodes.empty);
  await listener.enter(other);
  await from.done('volatile', { room: other.room, sealed: Buffer.alloc(9) });
  await listener.next('volatile');
}

/** The comparison of access keys is switched off on purpose, here and nowhere else. */
test('where any access key counts as the current one, the same checks see everything (negative control)', async () => {
  const storage = unsafeForgetfulStorage(openSqlite(':memory:', defaultLimits));
  const options = { host: '127.0.0.1', port: 0, data: ':memory:' };
  const relay = await startOn({ storage, fanout: inProcessFanout() }, options);
  afterTest(() => relay.close());
  const scene = await removal({ near: relay, far: relay, empty: relay });
  const { client, told } = await comesBack(relay, scene);
  const [missedOut, news] = [
    [3, 4, 5],
    ['volatile', 'knock', 'knockEnded'],
  ];
  const twice = [...missedOut, ...missedOut];
  expect(told).toMatchObject({ head: scene.head, ended: false, knocks: [{}] });
  expect(await readings(scene.carols.near, scene)).toEqual({
    live: missedOut,
    fetched: twice,
    missed: twice,
    news,
  });
  expect(await readings(client, scene)).toEqual({ live: [], fetched: twice, missed: twice, news: [] });
  const written = await writings(client, scene);
  const unlike = Object.keys(refusals).filter(
    (event) => written[event as 'append'] !== refusals[event as 'append'],
  );
  expect(unlike).toEqual(Object.keys(refusals));
});
