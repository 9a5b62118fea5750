import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { TokenBucket } from '../src/tokenBucket.ts';
import type { TestClient } from './testClient.ts';
import { testClient, testRelay } from './testRelay.ts';
import { testRoom } from './testRoom.ts';

/** The TCP socket below a client: paused, the client no longer reads. */
function tcp(client: TestClient): { pause(): void; resume(): void } {
  return (
    client.socket.io.engine.transport as unknown as { ws: { _socket: { pause(): void; resume(): void } } }
  ).ws._socket;
}

test('a connection above its rate is told to wait, and slowed down if it does not; its neighbour is not', async () => {
  const relay = await testRelay({ limits: { requestsPerSecond: 20, requestBurst: 70 } });
  const room = testRoom();
  const [a, b] = [await testClient(relay), await testClient(relay)];
  await a.create(room);
  await a.enter(room);
  await b.enter(room);
  const flood = Array.from({ length: 100 }, () =>
    a.ask('volatile', { room: room.room, sealed: randomBytes(9) }),
  );
  const refused = (await Promise.all(flood)).flatMap((answer) => (answer.ok ? [] : [answer.error]));
  expect(refused.length).toBeGreaterThanOrEqual(20);
  expect(refused.length).toBeLessThan(60);
  expect(refused[0]).toMatchObject({ code: 'rateLimited', retryAfter: expect.any(Number) });
  await b.done('volatile', { room: room.room, sealed: randomBytes(9) });
});

test('a token bucket gives its burst, then its rate, and says how long to wait', () => {
  const bucket = new TokenBucket(10, 5, 0);
  expect([1, 2, 3, 4, 5].map(() => bucket.take(1, 0))).toEqual([0, 0, 0, 0, 0]);
  expect(bucket.take(1, 0)).toBe(100);
  expect(bucket.take(1, 99)).toBeGreaterThan(0);
  expect(bucket.take(1, 100)).toBe(0);
  expect(bucket.take(3, 100)).toBe(300);
  expect(bucket.take(5, 10_000)).toBe(0);
  expect(bucket.take(1, 10_000)).toBe(100);
});

test('a connection can enter so many rooms and no more; leaving one makes place', async () => {
  const relay = await testRelay({ limits: { roomsPerConnection: 2 } });
  const rooms = [testRoom(), testRoom(), testRoom()] as const;
  const client = await testClient(relay);
  for (const room of rooms) await client.create(room);
  await client.enter(rooms[0]);
  await client.enter(rooms[1]);
  await client.enter(rooms[1]);
  const { room, accessKey, signFor } = rooms[2];
  const entering = { room, accessKey, signature: signFor(client.challenge), keys: [] };
  const refusal = await client.refused('enterRoom', entering);
  expect(refusal.code).toBe('tooManyRooms');
  await client.done('exitRoom', { room: rooms[0].room });
  await client.enter(rooms[2]);
});

test('a room that has its bytes is full', async () => {
  const relay = await testRelay({ limits: { logBytesPerRoom: 4_000 } });
  const room = testRoom();
  const client = await testClient(relay);
  await client.create(room);
  await client.enter(room);
  expect((await client.refused('append', client.message(room, 0, randomBytes(4_000)))).code).toBe('roomFull');
  await client.done('append', client.message(room, 0));
});

test('so many connections may stay without a room; beyond that one is closed', async () => {
  const relay = await testRelay({ limits: { enterWithinMs: 50, idleConnections: 1 } });
  const room = testRoom();
  const idler = await testClient(relay);
  const another = await testClient(relay);
  await Promise.race([idler.disconnected(), another.disconnected()]);
  const left = idler.socket.connected ? idler : another;
  await left.create(room);
  await left.enter(room);
});

test('a connection that enters no room in time is closed, one that does is not', async () => {
  const relay = await testRelay({ limits: { enterWithinMs: 800, idleConnections: 0 } });
  const room = testRoom();
  const member = await testClient(relay);
  await member.create(room);
  await member.enter(room);
  const idler = await testClient(relay);
  await idler.disconnected();
  await member.enter(room);
});

test('[L6] a slow reader leaves live delivery, sees a hole when it reads again, and fetches', {
  timeout: 30_000,
}, async () => {
  const relay = await testRelay({ limits: { behindBytes: 64 * 1024 } });
  const room = testRoom();
  const [writer, slow] = [await testClient(relay), await testClient(relay)];
  await writer.create(room);
  await writer.enter(room);
  await slow.enter(room);
  tcp(slow).pause();
  const body = randomBytes(128 * 1024);
  const count = 160;
  for (let n = 0; n < count; n += 1) await writer.done('append', writer.message(room, 0, body));
  tcp(slow).resume();
  const live = await slow.entriesUpTo(room.room, count);
  expect(live.length).toBeLessThan(count);
  const last = live.at(-1);
  expect(last?.seq).toBe(count);
  const { entries } = await slow.done('fetch', { room: room.room, after: count - 2, limit: 2 });
  expect(entries.map(({ seq }) => seq)).toEqual([count - 1, count]);
});

test('a connection that keeps asking and reads nothing is closed', async () => {
  const closed = Promise.withResolvers<void>();
  const log = (event: string) => event === 'slowReaderClosed' && closed.resolve();
  const relay = await testRelay({ log, limits: { unreadBytes: 64 * 1024 } });
  const room = testRoom();
  const client = await testClient(relay);
  await client.create(room);
  await client.enter(room);
  const body = randomBytes(128 * 1024);
  for (let n = 0; n < 4; n += 1) await client.done('append', client.message(room, 0, body));
  tcp(client).pause();
  for (let n = 0; n < 100; n += 1)
    client.socket.emit('fetch', { room: room.room, after: 0, limit: 9 }, () => {});
  await closed.promise;
});
