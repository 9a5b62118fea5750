import { randomBytes } from 'node:crypto';
import type { Socket as NetSocket } from 'node:net';
import { encodeAppend } from '@otr/protocol';
import { expect, test } from 'vitest';
import type { RelayLimits } from '../src/options.ts';
import { packetBytes } from './fuzz/packets.ts';
import { RawConnection, upgradeRequest } from './fuzz/rawConnection.ts';
import { clientFrame, opcodes } from './fuzz/webSocketBytes.ts';
import type { TestClient } from './testClient.ts';
import { afterTest, dataFolder, testClient } from './testRelay.ts';
import { type TestRoom, testRoom } from './testRoom.ts';
import { type Held, watchedRelay } from './watchedRelay.ts';

const MiB = 2 ** 20;
/** Of Socket.IO's packets. */
const acknowledgementType = 3;

async function relayWith(limits: Partial<RelayLimits>) {
  const relay = await watchedRelay({ data: dataFolder(), limits });
  afterTest(() => relay.stop());
  return relay;
}

async function roomOf(client: TestClient): Promise<TestRoom> {
  const room = testRoom();
  await client.create(room);
  await client.enter(room);
  return room;
}

/** The TCP socket below a client. */
function tcp(client: TestClient): NetSocket {
  return (client.socket.io.engine.transport as unknown as { ws: { _socket: NetSocket } }).ws._socket;
}

/** Sends so many appends at once, past everything that a well-meaning client does. Returns their entries' ids. */
function flood(client: TestClient, { room }: TestRoom, count: number): string[] {
  const body = Buffer.alloc(20, 1);
  const ids = Array.from({ length: count }, () => randomBytes(16));
  const frames = ids.map((id, index) => {
    const frame = encodeAppend(index, { room, id, epoch: 0, seen: 0, slices: [], body });
    if (frame === undefined) throw new TypeError('an append has a frame');
    return clientFrame(frame);
  });
  tcp(client).write(Buffer.concat(frames));
  return ids.map((id) => id.toString('hex'));
}

/** Of the room's entries, in order. */
async function storedIds(client: TestClient, room: TestRoom): Promise<string[]> {
  const { head } = await client.enter(room);
  const ids: string[] = [];
  while (ids.length < head) {
    const { entries } = await client.done('fetch', { room: room.room, after: ids.length, limit: 500 });
    ids.push(...entries.map(({ id }) => Buffer.from(id).toString('hex')));
  }
  return ids;
}

async function headOf(url: string, room: TestRoom): Promise<number> {
  const client = await testClient({ url });
  const { head } = await client.enter(room);
  return head;
}

const rate = { requestsPerSecond: 20, requestBurst: 200 };
const unlimited = {
  requestsPerSecond: 1e6,
  requestBurst: 1e6,
  roomRequestsPerSecond: 1e6,
  roomRequestBurst: 1e6,
};

test('a flood beyond the rate is refused with the time to wait, and not stored; others go on', async () => {
  const relay = await relayWith(rate);
  const [flooder, other] = [await testClient(relay), await testClient(relay)];
  const [flooded, quiet] = [await roomOf(flooder), await roomOf(other)];
  const answers: unknown[] = [];
  flooder.socket.io.on('packet', (answer) => answers.push(answer));
  flood(flooder, flooded, 2_000);
  await other.done('append', other.message(quiet, 0));
  await other.entriesUpTo(quiet.room, 1);
  await expect
    .poll(() => answers)
    .toContainEqual(
      expect.objectContaining({
        data: [
          {
            ok: false,
            error: expect.objectContaining({ code: 'rateLimited', retryAfter: expect.any(Number) }),
          },
        ],
      }),
    );
  expect(await headOf(relay.url, flooded)).toBeLessThanOrEqual(
    rate.requestBurst + rate.requestsPerSecond * 30,
  );
});

test('with the rate out of the way the whole flood is stored (negative control)', async () => {
  const relay = await relayWith({ ...unlimited });
  const flooder = await testClient(relay);
  const room = await roomOf(flooder);
  flood(flooder, room, 2_000);
  await flooder.entriesUpTo(room.room, 2_000);
  expect(await headOf(relay.url, room)).toBe(2_000);
});

test('all that a flooder sends is answered once, and what is stored is in its order', async () => {
  const count = 3_000;
  const relay = await relayWith({ requestsPerSecond: 2_000, requestBurst: 200 });
  const flooder = await testClient(relay);
  const room = await roomOf(flooder);
  const answered: number[] = [];
  flooder.socket.io.on('packet', ({ type, id }) => {
    if (type === acknowledgementType && id !== undefined) answered.push(id);
  });
  const ids = flood(flooder, room, count);
  await expect.poll(() => answered.length, { timeout: 20_000 }).toBe(count);
  expect(answered.toSorted((left, right) => left - right)).toEqual([...ids.keys()]);
  const stored = await storedIds(await testClient(relay), room);
  expect(stored.length).toBeGreaterThan(rate.requestBurst);
  const places = stored.map((id) => ids.indexOf(id));
  expect(places).toEqual(places.toSorted((left, right) => left - right));
});

test('a flooder is not read for a while, and heartbeats are no way around it', async () => {
  const relay = await relayWith(rate);
  const flooder = new RawConnection(relay.url);
  afterTest(() => flooder.cut());
  flooder.write(upgradeRequest);
  await flooder.next();
  flooder.send(packetBytes({ type: 0, nsp: '/' }));
  await flooder.next((payload) => payload.includes('challenge'));
  const ping = clientFrame(randomBytes(100), { opcode: opcodes.ping });
  const pings = Buffer.concat(Array.from({ length: 1_000 }, () => ping));
  let drained = 0;
  flooder.socket.on('drain', () => {
    drained += 1;
  });
  // More than the system takes for a socket that nobody reads.
  for (let n = 0; n < 200; n += 1) flooder.write(pings);
  const other = await testClient(relay);
  await roomOf(other);
  expect(flooder.socket.writableLength).toBeGreaterThan(0);
  expect(drained).toBe(0);
});

/** A room is sent this much while one of its members does not read. */
async function unread(limits: Partial<RelayLimits>, bytes: number) {
  const relay = await relayWith({ ...unlimited, ...limits });
  const [writer, slow] = [await testClient(relay), await testClient(relay)];
  const room = await roomOf(writer);
  await slow.enter(room);
  const before = await relay.held();
  tcp(slow).pause();
  const body = randomBytes(128 * 1024);
  const count = bytes / body.length;
  for (let n = 0; n < count; n += 1) await writer.done('append', writer.message(room, 0, body));
  return { relay, room, writer, slow, count, grown: (await relay.held()).heap - before.heap };
}

test('[L6] what a slow reader is owed stays bounded; it catches up by fetch and has lost nothing', {
  timeout: 60_000,
}, async () => {
  const { relay, room, slow, count, grown } = await unread({}, 40 * MiB);
  expect(grown).toBeLessThan(16 * MiB);
  tcp(slow).resume();
  const known = new Set((await slow.entriesUpTo(room.room, count)).map(({ seq }) => seq));
  expect(known.size).toBeLessThan(count);
  for (let after = 0; after < count; ) {
    const page = await slow.done('fetch', { room: room.room, after, limit: 500 });
    for (const { seq } of page.entries) known.add(seq);
    after = page.entries.at(-1)?.seq ?? count;
  }
  expect(known.size).toBe(count);
  expect((await relay.figures()).get('otr_relay_slow_readers_cut_total')).toBe(0);
});

test('without the bound what a slow reader is owed is kept in memory (negative control)', {
  timeout: 60_000,
}, async () => {
  const { grown } = await unread({ behindBytes: 1e9, unreadBytes: 1e9 }, 40 * MiB);
  expect(grown).toBeGreaterThan(24 * MiB);
});

test('a slow reader that goes on asking is given no more than its bound, and cut', {
  timeout: 60_000,
}, async () => {
  const { relay, room, slow, writer } = await unread({}, 8 * MiB);
  const before = await relay.held();
  const gone = slow.disconnected();
  // All at once: the answers to them are 500 MiB.
  const fetches = Array.from({ length: 1_000 }, (_, id) =>
    clientFrame(
      packetBytes({ type: 2, nsp: '/', id, data: ['fetch', { room: room.room, after: 0, limit: 500 }] }),
    ),
  );
  tcp(slow).write(Buffer.concat(fetches));
  await expect
    .poll(async () => (await relay.figures()).get('otr_relay_slow_readers_cut_total'), { timeout: 20_000 })
    .toBe(1);
  expect(relay.resident() - before.rss).toBeLessThan(150 * MiB);
  tcp(slow).resume();
  await gone;
  await writer.done('append', writer.message(room, 0));
});

const sockets = 1_000;
/** The parts of a connection that sockets stop after. */
const starts = [
  '',
  upgradeRequest.slice(0, 60),
  upgradeRequest,
  Buffer.concat([Buffer.from(upgradeRequest), clientFrame(packetBytes({ type: 0, nsp: '/' }))]),
];

async function openAndClose(url: string): Promise<void> {
  const open = await Promise.all(
    Array.from({ length: sockets }, async (_, n) => {
      const connection = new RawConnection(url);
      const start = starts[n % starts.length] ?? '';
      connection.write(start);
      if (start.length >= upgradeRequest.length) await connection.status();
      return connection;
    }),
  );
  for (const connection of open) connection.cut();
  await Promise.all(open.map((connection) => connection.gone));
}

test('a thousand sockets that open and close leave nothing behind, wherever they stopped', {
  timeout: 60_000,
}, async () => {
  const relay = await relayWith({});
  const other = await testClient(relay);
  const room = await roomOf(other);
  await openAndClose(relay.url);
  const first = await settled(relay.held);
  for (let round = 0; round < 3; round += 1) await openAndClose(relay.url);
  const last = await settled(relay.held);
  expect(last.resources['TCPSocketWrap']).toBe(first.resources['TCPSocketWrap']);
  expect(last.resources['Timeout'] ?? 0).toBeLessThan((first.resources['Timeout'] ?? 0) + 10);
  expect(last.heap - first.heap).toBeLessThan(4 * MiB);
  await other.done('append', other.message(room, 0));
  await other.entriesUpTo(room.room, 1);
});

test('beyond the limit of connections a socket is answered 503, and those that are there go on', async () => {
  const relay = await relayWith({ maxConnections: 1 });
  const other = await testClient(relay);
  const room = await roomOf(other);
  const refused = new RawConnection(relay.url);
  refused.write(upgradeRequest);
  expect(await refused.status()).toBe(503);
  await refused.gone;
  await other.done('append', other.message(room, 0));
});

/** What the relay holds when it has noticed the end of all but a handful of sockets. */
async function settled(held: () => Promise<Held>): Promise<Held> {
  for (;;) {
    const now = await held();
    if ((now.resources['TCPSocketWrap'] ?? 0) < 10) return now;
  }
}
