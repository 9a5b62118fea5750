import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Entry, encodeEntries, packEntry, relayDown } from '@otr/protocol';
import { proxyParser, relayParser } from '@otr/protocol/relayParser';
import { Server, type Socket } from 'socket.io';
import { type Socket as ClientSocket, io } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { FrameWriter } from '../src/frameWriter.ts';
import { unreadBytes, whenRead } from '../src/transport.ts';
import { webSocketFrame } from '../src/webSocketFrame.ts';
import { afterTest, dataFolder } from './afterTest.ts';
import { hasOpenssl, writeCertificate } from './testCertificate.ts';

const room = randomBytes(16);

interface Pair {
  socket: Socket;
  client: ClientSocket;
  writer: FrameWriter;
  /** The acknowledgement ids of the appends that the client has sent. */
  ids: number[];
}

function certificate() {
  const { certFile, keyFile } = writeCertificate(dataFolder(), 'relay');
  return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
}

/** A bare Socket.IO server with the relay's wire, and a client of it. */
async function pair(scheme: 'http' | 'https' = 'http'): Promise<Pair> {
  const http = scheme === 'http' ? createServer() : createHttpsServer(certificate());
  const server = new Server(http, {
    transports: ['websocket'],
    perMessageDeflate: false,
    parser: relayParser,
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const connected = new Promise<Socket>((resolve) => server.on('connection', resolve));
  const { port } = http.address() as AddressInfo;
  const client = io(`${scheme}://127.0.0.1:${port}`, {
    rejectUnauthorized: false,
    transports: ['websocket'],
    parser: proxyParser,
    forceNew: true,
    reconnection: false,
  });
  afterTest(async () => {
    client.disconnect();
    await server.close();
  });
  const socket = await connected;
  await new Promise<void>((resolve) => (client.connected ? resolve() : client.once('connect', resolve)));
  const ids: number[] = [];
  socket.use(([, request]) => void ids.push((request as { acknowledgementId: number }).acknowledgementId));
  return { socket, client, ids, writer: new FrameWriter(socket) };
}

function streamOf(socket: Socket): Duplex {
  const { transport } = socket.conn as unknown as { transport: { socket: { _socket: Duplex } } };
  return transport.socket._socket;
}

/** The client's own network socket, to stop it from reading. */
function clientStream(client: ClientSocket): Duplex {
  const { transport } = client.io.engine as unknown as { transport: { ws: { _socket: Duplex } } };
  return transport.ws._socket;
}

function entriesFrame(seq: number, bodyBytes = 20): Buffer {
  const entry: Entry = {
    kind: 'message',
    seq,
    epoch: 0,
    id: randomBytes(16),
    slices: [],
    body: randomBytes(bodyBytes),
  };
  return webSocketFrame(encodeEntries(room, [packEntry(entry)]));
}

function appendRequest() {
  return { room, id: randomBytes(16), epoch: 0, seen: 0, slices: [], body: randomBytes(10) };
}

/** Everything that the client is told, as numbers in the order of arrival. */
function arrivals(client: ClientSocket, count: number) {
  const seen: number[] = [];
  let resolve = (_: number[]) => {};
  const all = new Promise<number[]>((done) => {
    resolve = done;
  });
  const note = (seq: number) => {
    seen.push(seq);
    if (seen.length === count) resolve(seen);
  };
  client.on('entries', (message: unknown) => {
    for (const { seq } of relayDown.entries.parse(message).entries) note(seq);
  });
  client.on('other', note);
  return { note, all };
}

/** Appends that the server has received, so that it can acknowledge them. */
async function appends({ client, ids }: Pair, count: number, note: (seq: number) => void): Promise<void> {
  for (let index = 0; index < count; index++) {
    client.emit('append', appendRequest(), (result: { value: { seq: number } }) => note(result.value.seq));
  }
  while (ids.length < count) await new Promise((resolve) => setImmediate(resolve));
}

/** A sequence that is the same whenever the seed is (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Acknowledgements, frames and packets of Socket.IO, while the client reads now and then. */
async function expectOrderKept(scheme: 'http' | 'https', seed: number): Promise<void> {
  const ends = await pair(scheme);
  const random = randomFrom(seed);
  const count = 600;
  const { note, all } = arrivals(ends.client, count);
  await appends(ends, 200, note);
  const stream = clientStream(ends.client);
  let wasHeldBack = false;
  for (let next = 1; next <= count; next++) {
    const luck = random();
    if (luck < 0.02) stream.pause();
    else if (luck > 0.98) stream.resume();
    const kind = Math.floor(random() * 3);
    const id = kind === 0 ? ends.ids.shift() : undefined;
    if (id !== undefined) ends.writer.acknowledge({ id, seq: next });
    else if (kind === 1) ends.socket.emit('other', next);
    else ends.writer.write(entriesFrame(next, Math.floor(random() * 60_000) + 1));
    wasHeldBack ||= ends.socket.conn.transport.writable === false;
    if (random() < 0.2) await new Promise((resolve) => setImmediate(resolve));
  }
  stream.resume();
  expect(await all).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  expect(wasHeldBack).toBe(true);
}

describe('frame writer', () => {
  it('[L10] what is given in one turn leaves with one write, acknowledgements in one frame', async () => {
    const ends = await pair();
    const { note, all } = arrivals(ends.client, 5);
    await appends(ends, 3, note);
    const stream = streamOf(ends.socket);
    const writes: Buffer[] = [];
    const write = stream.write.bind(stream);
    stream.write = ((chunk: Buffer) => {
      writes.push(chunk);
      return write(chunk);
    }) as typeof stream.write;
    for (const [index, id] of ends.ids.entries()) ends.writer.acknowledge({ id, seq: index + 1 });
    ends.writer.write(entriesFrame(4));
    ends.writer.write(entriesFrame(5));
    expect(writes).toEqual([]);
    expect(await all).toEqual([1, 2, 3, 4, 5]);
    expect(writes).toHaveLength(1);
    // 0x82, the length, then the kind of the frame and how many acknowledgements it holds.
    expect([...(writes[0]?.subarray(0, 5) ?? [])]).toEqual([0x82, 33, 0x02, 0, 3]);
  });

  it.each([1, 2, 3, 4])('[L10] keeps the order of everything, with a slow reader (seed %i)', async (seed) => {
    await expectOrderKept('http', seed);
  });

  it.skipIf(!hasOpenssl()).each([5, 6])('[L10] the same through TLS (seed %i)', async (seed) => {
    await expectOrderKept('https', seed);
  });

  it('without going behind what engine.io holds back, frames would overtake (negative control)', async () => {
    const ends = await pair();
    const { all } = arrivals(ends.client, 3);
    ends.socket.emit('other', 1);
    ends.socket.emit('other', 2); // waits in engine.io until the first is written
    streamOf(ends.socket).write(entriesFrame(3));
    expect(await all).not.toEqual([1, 2, 3]);
  });

  it.each([0, 125, 126, 65_535, 65_536, 300_000])('frames %i bytes as RFC 6455 has it', async (bytes) => {
    const { client, writer } = await pair();
    const received = new Promise<{ entries: Buffer[] }>((resolve) => client.once('entries', resolve));
    // 19 bytes before the entries, and 4 before each.
    const packed = bytes < 23 ? [] : [randomBytes(bytes - 23)];
    writer.write(webSocketFrame(encodeEntries(room, packed)));
    expect((await received).entries).toEqual(packed);
  });

  it('counts what a reader leaves unread, and says when it has been read', async () => {
    const { socket, client, writer } = await pair();
    const stream = clientStream(client);
    stream.pause();
    let sent = 0;
    while (unreadBytes(socket) < 2 ** 20) {
      writer.write(entriesFrame(1, 100_000));
      expect(writer.unreadBytes).toBeGreaterThanOrEqual(100_000);
      sent += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sent).toBeLessThan(200);
    let isRead = false;
    const read = new Promise<void>((resolve) =>
      whenRead(socket, 2 ** 19, () => {
        isRead = true;
        resolve();
      }),
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(isRead).toBe(false);
    stream.resume();
    await read;
    expect(writer.unreadBytes).toBeLessThanOrEqual(2 ** 19);
  });

  it('writes nothing to a connection that has ended', async () => {
    const { socket, client, writer } = await pair();
    const ended = once(socket as unknown as NodeJS.EventEmitter, 'disconnect');
    client.disconnect();
    await ended;
    writer.write(entriesFrame(1));
    writer.flush();
    expect(writer.unreadBytes).toBe(0);
  });
});
