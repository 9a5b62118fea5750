import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { proxyParser as parser } from '@otr/protocol/relayParser';
import { io } from 'socket.io-client';
import { expect, test } from 'vitest';
import { startRelay } from '../src/index.ts';
import { hasOpenssl, writeCertificate } from './testCertificate.ts';
import type { TestClient } from './testClient.ts';
import { afterTest, dataFolder, testClient, testRelay } from './testRelay.ts';
import { type TestRoom, testRoom } from './testRoom.ts';
import { outcomeOf } from './testSocketServer.ts';

async function memberOf(relay: { url: string }, room: TestRoom) {
  const client = await testClient(relay);
  await client.create(room);
  await client.enter(room);
  return client;
}

function socketTo(relay: { url: string }, auth = {}) {
  const socket = io(relay.url, {
    transports: ['websocket'],
    parser,
    forceNew: true,
    reconnection: false,
    auth,
  });
  afterTest(() => socket.disconnect());
  return socket;
}

test('metrics count what happened, and hold nothing of a room or a person', async () => {
  const relay = await testRelay({ metrics: { host: '127.0.0.1', port: 0 } });
  const room = testRoom();
  const client = await memberOf(relay, room);
  const key = randomBytes(32);
  await client.enter(room, [key]);
  await client.done('append', client.message(room, 0));
  await client.done('append', client.whisper(room, 0, [key]));
  await client.refused('append', client.message(room, 9));
  await client.done('fetch', { room: room.room, after: 0, limit: 10 });
  await client.entriesUpTo(room.room, 2);
  const text = await (await fetch(`http://127.0.0.1:${relay.metricsPort}/metrics`)).text();
  expect(text).toContain('otr_relay_connections 1\n');
  expect(text).toContain('otr_relay_rooms 1\n');
  expect(text).toContain('otr_relay_writes_total{outcome="appended"} 2\n');
  expect(text).toContain('otr_relay_refusals_total{code="epochConflict"} 1\n');
  expect(text).toContain('otr_relay_fetches_total 1\n');
  expect(text).toContain('otr_relay_entries_fetched_total 2\n');
  expect(text).toMatch(/otr_relay_entries_delivered_total [12]\n/);
  for (const secret of [room.room, room.accessKey, key]) {
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      expect(text).not.toContain(secret.toString(encoding));
    }
  }
  expect(text).not.toContain('127.0.0.1');
});

test('[A5] a private relay serves who shows the token, and no one else', async () => {
  const token = 'correct-horse-battery';
  const relay = await testRelay({ admission: [token] });
  const admitted = socketTo(relay, { admission: token });
  const challenged = once(admitted as unknown as NodeJS.EventEmitter, 'challenge');
  expect(await outcomeOf(admitted)).toBe('connected');
  await challenged;
  expect(await outcomeOf(socketTo(relay))).toMatchObject({ code: 'notAdmitted' });
  expect(await outcomeOf(socketTo(relay, { admission: `${token}!` }))).toMatchObject({ code: 'notAdmitted' });
});

test('beyond its connections a relay refuses the next; when one ends, it serves again', async () => {
  const relay = await testRelay({ limits: { maxConnections: 1 } });
  const first = socketTo(relay);
  expect(await outcomeOf(first)).toBe('connected');
  expect(await outcomeOf(socketTo(relay))).toBe('failed');
  expect((await fetch(`${relay.url}/readyz`)).status).toBe(200);
  first.disconnect();
  // The relay hears of it soon.
  let outcome: unknown;
  while (outcome !== 'connected') outcome = await outcomeOf(socketTo(relay));
});

test('[L2] a relay that ends under load has on disk whatever it acknowledged', async () => {
  const data = dataFolder();
  const relay = await startRelay({ host: '127.0.0.1', port: 0, data });
  const room = testRoom();
  const client = await memberOf(relay, room);
  const acknowledged: number[] = [];
  const hundred = Promise.withResolvers<void>();
  const write = (): void => {
    const request = client.message(room, 0);
    const keep = ({ seq }: { seq: number }) => {
      acknowledged.push(seq);
      if (acknowledged.length >= 100) hundred.resolve();
      write();
    };
    // Those under way when the connection ends are not acknowledged.
    void client.done('append', request).then(keep, () => {});
  };
  for (let n = 0; n < 20; n += 1) write();
  await hundred.promise;
  await relay.close();
  await client.disconnected();

  const again = await testRelay({ data });
  const reader = await testClient(again);
  const { head } = await reader.enter(room);
  expect(head).toBeGreaterThanOrEqual(Math.max(...acknowledged));
  const stored = await fetchAll(reader, room);
  expect(acknowledged.filter((seq) => !stored.has(seq))).toEqual([]);
});

async function fetchAll(client: TestClient, { room }: TestRoom): Promise<Set<number>> {
  const seqs = new Set<number>();
  for (;;) {
    const after = Math.max(0, ...seqs);
    const { entries } = await client.done('fetch', { room, after, limit: 500 });
    if (entries.length === 0) return seqs;
    for (const { seq } of entries) seqs.add(seq);
  }
}

test('no log line holds an address, whatever a peer does', async () => {
  const lines: string[] = [];
  const log = (event: string, fields?: object) => lines.push(JSON.stringify([event, fields]));
  const relay = await testRelay({ log, limits: { maxConnections: 3, unreadBytes: 0 } });
  const { port } = relay;
  const upgrade =
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n';
  const inputs = [
    'nonsense\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    upgrade,
    `${upgrade}\x82\x05hello`,
    `${upgrade}\xff\xff`,
  ];
  for (const input of inputs) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write(Buffer.from(input, 'latin1'));
    await once(socket, 'data').catch(() => {});
    socket.resetAndDestroy();
  }
  const room = testRoom();
  const client = await testClient(relay);
  await client.create(room);
  client.socket.emit('enterRoom', randomBytes(9));
  client.close();
  await relay.close();
  expect(lines.join('\n')).toContain('relayListening');
  expect(lines.join('\n')).not.toMatch(/127\.0\.0\.1|::1|203\.0\.113\.7|\d+\.\d+\.\d+\.\d+/);
});

test('a relay whose metrics cannot be served does not start, and lets go of port and folder', async () => {
  const data = dataFolder();
  const taken = await testRelay();
  const metrics = { host: '127.0.0.1', port: taken.port };
  const refused = startRelay({ host: '127.0.0.1', port: 0, data, metrics });
  await expect(refused).rejects.toMatchObject({ code: 'addressUnusable' });
  await testRelay({ data });
});

test.skipIf(!hasOpenssl())(
  'over TLS it serves the same, and a renewed certificate cuts nobody off',
  async () => {
    const folder = dataFolder();
    const events: string[] = [];
    const relay = await testRelay({
      tls: writeCertificate(folder, 'one'),
      log: (event) => events.push(event),
    });
    expect(relay.url).toMatch(/^https:/);
    const secure = { transports: ['websocket'], parser, forceNew: true, reconnection: false };
    const open = () => {
      const socket = io(relay.url, { ...secure, rejectUnauthorized: false });
      afterTest(() => socket.disconnect());
      return socket;
    };
    const before = open();
    expect(await outcomeOf(before)).toBe('connected');
    writeCertificate(folder, 'two');
    relay.reloadTls();
    expect(events).toContain('tlsReloaded');
    expect(await outcomeOf(open())).toBe('connected');
    expect(await before.emitWithAck('exitRoom', { room: randomBytes(16) })).toMatchObject({ ok: false });
    const distrusting = io(relay.url, secure);
    afterTest(() => distrusting.disconnect());
    expect(await outcomeOf(distrusting)).toBe('failed');
  },
);
