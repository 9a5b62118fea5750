import { createServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { type Entry, limits, packEntry, type RelayDownEvent } from '@otr/protocol';
import { relayParser } from '@otr/protocol/relayParser';
import { Server, type Socket } from 'socket.io';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRelayLink, type RelayLink } from '../../src/link/relayLink.ts';
import { silent } from '../../src/log.ts';
import type { LinkState } from '../../src/machine/link.ts';

let http: HttpServer;
let server: Server;
let url: string;
let link: RelayLink | undefined;
let told: (['state', LinkState['phase']] | ['online', number] | ['message', RelayDownEvent])[];
let look: () => void;
let onConnection: (socket: Socket) => void;

const nonce = Buffer.alloc(32, 7);
const room = Buffer.alloc(16);

beforeEach(async () => {
  http = createServer();
  server = new Server(http, { parser: relayParser, transports: ['websocket'] });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  told = [];
  look = () => {};
  onConnection = (socket) => socket.emit('challenge', { nonce });
  server.on('connection', (socket) => onConnection(socket));
});
afterEach(async () => {
  link?.close();
  await server.close();
});

function start(to = url): RelayLink {
  const tell = (line: (typeof told)[number]) => {
    told.push(line);
    look();
  };
  const listener = {
    changed: ({ phase }: LinkState) => tell(['state', phase]),
    online: (challenge: Uint8Array) => tell(['online', challenge[0] ?? 0]),
    message: (event: RelayDownEvent) => tell(['message', event]),
  };
  link = createRelayLink(to, listener, silent);
  link.start();
  return link;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise<void>((resolve) => (look = resolve));
}
const count = (line: (typeof told)[number]) => told.filter((one) => String(one) === String(line)).length;

test('a link is online when the challenge has come, and comes back when the connection is lost', async () => {
  start();
  await until(() => count(['online', 7]) === 1);
  server.disconnectSockets(true);
  await until(() => count(['online', 7]) === 2);
  expect(told.map(([, what]) => what)).toEqual([
    'connecting',
    'online',
    7,
    'offline',
    'connecting',
    'online',
    7,
  ]);
});

test('an unreachable relay is tried again; a request to it is refused at once', async () => {
  const free = createTcpServer();
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  const unreachable = start(`http://127.0.0.1:${port}`);
  await until(() => count(['state', 'offline']) === 2);
  const answer = await unreachable.request('exitRoom', { room });
  expect(answer).toMatchObject({ ok: false, error: { code: 'relayUnreachable' } });
});

test('[W1] bytes travel as bytes, whatever kind of array they are in', async () => {
  const got = new Promise((resolve) => {
    onConnection = (socket) => {
      socket.on('allKeys', (request, answer) => {
        resolve(request);
        answer({ ok: true, value: {} });
      });
      socket.emit('challenge', { nonce });
    };
  });
  const open = start();
  await until(() => count(['online', 7]) === 1);
  const request = { room: new Uint8Array(16).fill(3), keys: [new Uint8Array(32).fill(4)] };
  expect(await open.request('allKeys', request)).toEqual({ ok: true, value: {} });
  expect(await got).toEqual({ room: Buffer.alloc(16, 3), keys: [Buffer.alloc(32, 4)] });
});

test('[W2] an answer that does not fit is a refusal', async () => {
  const answers: unknown[] = [
    undefined,
    null,
    7,
    { ok: true },
    { ok: true, value: { seq: -1 } },
    { ok: false },
    { ok: false, error: { code: 'epochConflict', message: 'Read on.', missed: [Buffer.alloc(40)] } },
  ];
  onConnection = (socket) => {
    socket.on('commit', (_request, answer) => answer(answers.shift()));
    socket.emit('challenge', { nonce });
  };
  const open = start();
  await until(() => count(['online', 7]) === 1);
  const tries = answers.length;
  for (let n = 0; n < tries; n++) {
    const answer = await open.request('commit', {
      room,
      id: Buffer.alloc(16),
      epoch: 1,
      seen: 1,
      accessKey: Buffer.alloc(32),
      body: Buffer.alloc(9),
      welcomes: [],
    });
    expect(answer).toMatchObject({ ok: false, error: { code: 'internal' } });
  }
});

test('[L9] [W6] a refusal brings what was missed, unpacked', async () => {
  const missed: Entry = {
    kind: 'message',
    seq: 7,
    epoch: 3,
    id: Buffer.alloc(16, 1),
    slices: [],
    body: Buffer.alloc(9),
  };
  onConnection = (socket) => {
    const error = { code: 'epochConflict', message: 'Read on.', epoch: 3, missed: [packEntry(missed)] };
    socket.on('append', (_request, answer) => answer({ ok: false, error }));
    socket.emit('challenge', { nonce });
  };
  const open = start();
  await until(() => count(['online', 7]) === 1);
  const request = { room, id: Buffer.alloc(16), epoch: 2, seen: 6, slices: [], body: Buffer.alloc(9) };
  const answer = await open.request('append', request);
  expect(answer).toEqual({
    ok: false,
    error: { code: 'epochConflict', message: 'The relay says: Read on.', epoch: 3, missed: [missed] },
  });
});

test('a request whose connection is lost is answered with relayUnreachable', async () => {
  onConnection = (socket) => {
    socket.on('exitRoom', () => socket.disconnect(true));
    socket.emit('challenge', { nonce });
  };
  const open = start();
  await until(() => count(['online', 7]) === 1);
  const answer = await open.request('exitRoom', { room });
  expect(answer).toMatchObject({ ok: false, error: { code: 'relayUnreachable' } });
});

test('[W2] events that do not fit are left out', async () => {
  onConnection = (socket) => {
    socket.emit('keyCleanup', { room: 'no bytes' });
    socket.emit('challenge', { nonce: 'no bytes' });
    socket.emit('toString', {});
    socket.emit('challenge', { nonce });
    socket.emit('challenge', { nonce: Buffer.alloc(32, 8) });
    socket.emit('keyCleanup', { room });
  };
  start();
  await until(() => count(['message', 'keyCleanup']) === 1);
  expect(told).toEqual([
    ['state', 'connecting'],
    ['state', 'online'],
    ['online', 7],
    ['message', 'keyCleanup'],
  ]);
});

test('[W3] a frame above the limit ends the connection, and nothing else', async () => {
  let connections = 0;
  onConnection = (socket) => {
    connections += 1;
    socket.emit('challenge', { nonce });
    if (connections === 1) socket.emit('volatile', { sealed: Buffer.alloc(limits.relayAnswer) });
  };
  start();
  await until(() => count(['online', 7]) === 2);
  expect(count(['state', 'offline'])).toBe(1);
});

test('[W3] the largest welcome arrives', async () => {
  const value = { state: 'admitted', seq: 1, sealed: Buffer.alloc(limits.welcome) };
  onConnection = (socket) => {
    socket.on('knock', (_request, answer) => answer({ ok: true, value }));
    socket.emit('challenge', { nonce });
  };
  const open = start();
  await until(() => count(['online', 7]) === 1);
  const key = Buffer.alloc(32);
  const knock = { room, id: Buffer.alloc(16), invite: key, keyPackageRef: key, sealed: Buffer.alloc(9) };
  const answer = await open.request('knock', { ...knock, signature: Buffer.alloc(64) });
  expect(answer.ok && answer.value.state).toBe('admitted');
});

test('[W1] no compression is offered: a small frame cannot become a large one', async () => {
  const offered: unknown[] = [];
  onConnection = (socket) => {
    offered.push(socket.handshake.headers['sec-websocket-extensions']);
    socket.emit('challenge', { nonce });
  };
  start();
  await until(() => count(['online', 7]) === 1);
  expect(offered).toEqual([undefined]);
});
