import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { inProcessBus, inProcessFanout } from '../src/fanout/inProcess.ts';
import { defaultLimits, type RelayOptions } from '../src/options.ts';
import { startOn } from '../src/server.ts';
import { openSqlite } from '../src/storage/sqlite/open.ts';
import { afterTest, testClient } from './testRelay.ts';
import { testInvite, testRoom } from './testRoom.ts';

/** Two relays on one store that hear each other, and a member at each. What Redis changes is in its own tests. */
async function twoNodes(options: Partial<RelayOptions> = {}) {
  const storage = openSqlite(':memory:', defaultLimits);
  const bus = inProcessBus();
  const start = async () => {
    const ground = { storage: { ...storage, close: async () => {} }, fanout: inProcessFanout(bus) };
    const relay = await startOn(ground, { host: '127.0.0.1', port: 0, data: ':memory:', ...options });
    afterTest(() => relay.close());
    return relay;
  };
  const nodes = [await start(), await start()] as const;
  afterTest(() => storage.close());
  const room = testRoom();
  const [a, b] = [await testClient(nodes[0]), await testClient(nodes[1])];
  await a.create(room);
  await a.enter(room);
  await b.enter(room);
  return { nodes, room, a, b };
}

test('[L12] what is appended at one node is live at the other, in one order', async () => {
  const { room, a, b } = await twoNodes();
  await Promise.all(
    Array.from({ length: 50 }, (_, n) => {
      const client = n % 2 === 0 ? a : b;
      return client.done('append', client.message(room, 0));
    }),
  );
  const [atA, atB] = [await a.entriesUpTo(room.room, 50), await b.entriesUpTo(room.room, 50)];
  expect(atA.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
  expect(atB).toEqual(atA);
});

test('[L5] slices reach their reader at the other node, and nobody else', async () => {
  const { nodes, room, a, b } = await twoNodes();
  const [keyA, keyB] = [randomBytes(32), randomBytes(32)];
  await a.enter(room, [keyA]);
  await b.enter(room, [keyB]);
  const other = await testClient(nodes[1]);
  await other.enter(room);
  const { seq } = await a.done('append', a.whisper(room, 0, [keyA, keyB]));
  expect((await b.entriesUpTo(room.room, seq)).at(-1)).toMatchObject({ slices: [{ to: keyB }] });
  expect((await other.entriesUpTo(room.room, seq)).at(-1)).toMatchObject({ slices: [] });
});

test('volatile messages reach the other node, and not who sent them', async () => {
  const { room, a, b } = await twoNodes();
  const sealed = randomBytes(64);
  await a.done('volatile', { room: room.room, sealed });
  expect(await b.next('volatile')).toEqual({ room: room.room, sealed });
  await b.done('volatile', { room: room.room, sealed });
  expect(await a.next('volatile')).toEqual({ room: room.room, sealed });
  expect([a.all('volatile'), b.all('volatile')]).toMatchObject([{ length: 1 }, { length: 1 }]);
});

test('[A4] a volatile message of a new epoch does not reach a reader of a former one at the other node', async () => {
  const { room, a, b } = await twoNodes();
  const next = testRoom(room.room);
  await a.done('commit', a.commit(room, 0, next));
  await a.enter(next);
  await b.entriesUpTo(room.room, 1);
  await a.done('volatile', { room: room.room, sealed: randomBytes(9) });
  await a.done('append', a.message(next, 1));
  await b.enter(next);
  await a.done('volatile', { room: room.room, sealed: randomBytes(10) });
  expect(await b.next('volatile')).toMatchObject({ sealed: { length: 10 } });
  expect(b.all('volatile')).toHaveLength(1);
});

test('[N2] [N3] a knock at one node is let in at the other', async () => {
  const { nodes, room, a } = await twoNodes();
  const invite = testInvite();
  await a.done('putInvite', { room: room.room, invite: invite.invite });
  const joiner = await testClient(nodes[1]);
  const knock = joiner.knock(room, invite);
  await joiner.done('knock', knock);
  expect(await a.next('knock')).toMatchObject({ knock: { id: knock.id } });
  const sealed = randomBytes(300);
  const next = testRoom(room.room);
  await a.done('commit', a.commit(room, 0, next, [{ knock: knock.id, sealed }]));
  expect(await joiner.next('welcome')).toMatchObject({ id: knock.id, sealed });
  expect(await joiner.enter(next)).toMatchObject({ epoch: 1 });
});

test('[N4] a knock that is answered for at one node is not dropped by the other; one answered for nowhere is', async () => {
  const cleanup = { intervalMs: 150, graceMs: 2_500, answerMs: 60 };
  const { nodes, room, a, b } = await twoNodes({ cleanup });
  const invite = testInvite();
  await a.done('putInvite', { room: room.room, invite: invite.invite });
  const [stays, goes] = [await testClient(nodes[1]), await testClient(nodes[1])];
  const [kept, dropped] = [stays.knock(room, invite), goes.knock(room, invite)];
  await stays.done('knock', kept);
  await goes.done('knock', dropped);
  stays.socket.on('keyCleanup', () =>
    stays.socket.emit('allKeys', { room: room.room, keys: [kept.keyPackageRef] }),
  );
  goes.close();
  const isDropped = ({ id }: { id: Uint8Array }) => Buffer.compare(id, dropped.id) === 0;
  await Promise.all([a.next('knockEnded', isDropped), b.next('knockEnded', isDropped)]);
  await a.next('keyCleanup', () => a.all('keyCleanup').length >= 40);
  expect((await a.enter(room)).knocks.map(({ id }) => Buffer.from(id))).toEqual([kept.id]);
});
