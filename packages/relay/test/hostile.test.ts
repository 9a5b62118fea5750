import { randomBytes } from 'node:crypto';
import { limits, relayUp } from '@otr/protocol';
import * as parser from 'socket.io-msgpack-parser';
import { expect, test } from 'vitest';
import { RawConnection, upgradeRequest } from './fuzz/rawConnection.ts';
import type { TestClient } from './testClient.ts';
import { afterTest, testClient, testRelay } from './testRelay.ts';
import { testRoom } from './testRoom.ts';

/** Sends bytes as a frame, past everything that a well-meaning client does. */
function sendFrame(client: TestClient, frame: string | Buffer): void {
  client.socket.io.engine.write(frame as string);
}

function packet(value: unknown): Buffer {
  const encoder = new (parser.Encoder as unknown as new () => { encode(value: unknown): [Buffer] })();
  return encoder.encode(value)[0];
}

const hostileFrames: Record<string, string | Buffer> = {
  text: 'garbage',
  nothing: Buffer.alloc(0),
  'an array of 4 thousand million': Buffer.from('ddffffffff', 'hex'),
  'a map of 4 thousand million': Buffer.from('dfffffffff', 'hex'),
  'an array buffer that is not there': Buffer.from('c9ffffffff00', 'hex'),
  'a string that is not there': Buffer.from('dbffffffff', 'hex'),
  'bytes that are not there': Buffer.from('c6ffffffff', 'hex'),
  'a hundred thousand levels': Buffer.alloc(100_000, 0x91),
  'a million values': Buffer.concat([Buffer.from('dd000f0000', 'hex'), Buffer.alloc(0xf0000, 0xc0)]),
  'an unused prefix': Buffer.from('c1', 'hex'),
  'two values': Buffer.from('c0c0', 'hex'),
  'a number': Buffer.from('2a', 'hex'),
  null: Buffer.from('c0', 'hex'),
  'no type': packet({ nsp: '/', data: ['append', {}] }),
  'another type': packet({ type: 9, nsp: '/', data: [] }),
  'no namespace': packet({ type: 2, data: ['append', {}] }),
  'another namespace': packet({ type: 2, nsp: '/admin', data: ['append', {}] }),
  'no data': packet({ type: 2, nsp: '/' }),
  'a second connect': packet({ type: 0, nsp: '/' }),
  'a frame too large': Buffer.alloc(limits.relayFrame + 1),
};

test('[W3] a frame that is no packet, or too large, closes its connection and nothing else', async () => {
  const relay = await testRelay();
  const room = testRoom();
  const neighbour = await testClient(relay);
  await neighbour.create(room);
  await neighbour.enter(room);
  for (const frame of Object.values(hostileFrames)) {
    const client = await testClient(relay);
    sendFrame(client, frame);
    await client.disconnected();
  }
  expect(await neighbour.done('append', neighbour.message(room, 0))).toEqual({ seq: 1 });
});

test('[W3] random frames stop nothing', async () => {
  const relay = await testRelay();
  const valid = packet({ type: 2, nsp: '/', id: 1, data: ['append', { room: randomBytes(16), slices: [] }] });
  for (let n = 0; n < 100; n += 1) {
    const client = await testClient(relay);
    for (let frame = 0; frame < 20; frame += 1) {
      const mutated = Buffer.from(valid);
      mutated[(n * 20 + frame) % mutated.length] = randomBytes(1)[0] ?? 0;
      sendFrame(client, frame % 2 === 0 ? mutated : randomBytes(1 + frame * 7));
    }
    client.close();
  }
  const { room } = testRoom();
  const after = await testClient(relay);
  expect((await after.refused('volatile', { room, sealed: randomBytes(9) })).code).toBe('notAuthorised');
});

test("[W4] an event that the wire does not know, also one of Socket.IO's own, is answered unknownEvent", async () => {
  const relay = await testRelay();
  const client = await testClient(relay);
  const names = [
    'nonsense',
    '',
    'error',
    'disconnect',
    'disconnecting',
    'connect',
    'newListener',
    '__proto__',
  ];
  for (const name of [...names, 'constructor', 'toString', 7, null, {}, ['append']]) {
    const answered = new Promise((resolve) => {
      client.socket.io.once('packet', resolve);
    });
    sendFrame(client, packet({ type: 2, nsp: '/', id: 5, data: [name, {}] }));
    expect([name, await answered]).toMatchObject([
      name,
      { type: 3, data: [{ ok: false, error: { code: 'unknownEvent' } }] },
    ]);
  }
  sendFrame(client, packet({ type: 2, nsp: '/', data: [] }));
  await client.create(testRoom());
});

test('[W2] every event answers badRequest to a request of the wrong shape, with a sentence', async () => {
  const relay = await testRelay();
  const client = await testClient(relay);
  const wrong = [
    undefined,
    null,
    7,
    'text',
    [],
    {},
    { room: 'x' },
    { room: Buffer.alloc(15) },
    Buffer.alloc(9),
  ];
  for (const event of Object.keys(relayUp)) {
    for (const request of wrong) {
      const answer: unknown = await client.socket.emitWithAck(event, request);
      expect([event, answer]).toMatchObject([event, { ok: false, error: { code: 'badRequest' } }]);
    }
    const nothing: unknown = await client.socket.emitWithAck(event);
    expect([event, nothing]).toMatchObject([event, { ok: false, error: { code: 'badRequest' } }]);
  }
});

test('[W2] a map with the prototype and the length of bytes is no bytes', async () => {
  const relay = await testRelay();
  const client = await testClient(relay);
  const disguised = (length: number) => ({ length, ['__proto__']: Buffer.alloc(length) });
  for (const room of [disguised(16), { ['__proto__']: Buffer.alloc(16) }]) {
    const answered = new Promise((resolve) => {
      client.socket.io.once('packet', resolve);
    });
    sendFrame(client, packet({ type: 2, nsp: '/', id: 5, data: ['exitRoom', { room }] }));
    expect(await answered).toMatchObject({ data: [{ ok: false, error: { code: 'badRequest' } }] });
  }
});

test('a packet that opens a connection is small: it is kept as long as the connection lasts', async () => {
  const relay = await testRelay();
  const connection = new RawConnection(relay.url);
  afterTest(() => connection.cut());
  connection.write(upgradeRequest);
  await connection.next();
  connection.send(packet({ type: 0, nsp: '/', data: { admission: 'x'.repeat(4_000) } }));
  await connection.gone;
});

test('a WebSocket that Socket.IO has left is closed: entered anew it would have a new rate', async () => {
  const relay = await testRelay();
  const client = await testClient(relay);
  const closed = new Promise((resolve) => client.socket.io.once('close', resolve));
  sendFrame(client, packet({ type: 1, nsp: '/' }));
  await closed;
});

test('[W2] a request without acknowledgement is served, a wrong one does no harm', async () => {
  const relay = await testRelay();
  const room = testRoom();
  const client = await testClient(relay);
  await client.create(room);
  await client.enter(room);
  for (const event of [...Object.keys(relayUp), 'nonsense']) client.socket.emit(event, { room: 7 });
  client.socket.emit('commit', client.commit(room, 0, testRoom(room.room)));
  await client.entriesUpTo(room.room, 1);
  expect(await client.enter(room)).toMatchObject({ ended: true, head: 1 });
});

test('[W5] an append in another frame than its own is refused', async () => {
  const relay = await testRelay();
  const room = testRoom();
  const client = await testClient(relay);
  await client.create(room);
  await client.enter(room);
  const answered = new Promise((resolve) => {
    client.socket.io.once('packet', resolve);
  });
  sendFrame(client, packet({ type: 2, nsp: '/', id: 5, data: ['append', client.message(room, 0)] }));
  expect(await answered).toMatchObject({ type: 3, data: [{ ok: false, error: { code: 'badRequest' } }] });
  await client.done('append', client.message(room, 0));
});

test('[W3] values above their limits are refused and those at the limit are not', async () => {
  const relay = await testRelay();
  const room = testRoom();
  const client = await testClient(relay);
  await client.create(room);
  await client.enter(room);
  const message = client.message(room, 0);
  const to = randomBytes(32);
  const slice = (bytes: number) => ({ ...message, slices: [{ to, ciphertext: Buffer.alloc(bytes) }] });
  const body = (bytes: number) => ({ ...message, body: Buffer.alloc(bytes) });
  const wrong = {
    'long slice': slice(limits.slice + 1),
    'no slice': slice(0),
    'long body': body(limits.body + 1),
    'no body': body(0),
  };
  for (const [name, request] of Object.entries(wrong)) {
    const answer = await client.ask('append', request);
    expect([name, answer]).toMatchObject([name, { ok: false, error: { code: 'badRequest' } }]);
  }
  await client.done('append', { ...body(limits.body), slices: slice(limits.slice).slices });
});
