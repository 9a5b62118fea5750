import type { Socket as NetSocket } from 'node:net';
import { expect, test } from 'vitest';
import { Health } from '../src/health.ts';
import { openConnections, shutDown } from '../src/shutDown.ts';
import { outcomeOf, testSocket, testSocketServer } from './testSocketServer.ts';

async function serving() {
  const health = new Health({ ping: async () => {} }, { isHealthy: true });
  let open: ReadonlySet<NetSocket> = new Set();
  const server = await testSocketServer((_io, http) => {
    open = openConnections(http);
  });
  return {
    ...server,
    health,
    end: (finishWrites = async () => {}, patience = 10_000) =>
      shutDown({ ...server, open, health, finishWrites, patience }),
  };
}

/** What a client sees whose append is stored while the relay ends, and the relay `waits` for it or not. */
async function seenOfTheEnd(waits: boolean): Promise<string[]> {
  const { url, io, health, end } = await serving();
  const [received, stored] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  io.on('connection', (socket) =>
    socket.on('append', (acknowledge: (text: string) => void) => {
      received.resolve();
      void stored.promise.then(() => acknowledge('stored'));
    }),
  );
  const socket = testSocket(url);
  await outcomeOf(socket);
  const happened: string[] = [];
  socket.on('disconnect', (reason) => happened.push(reason));
  const appended = socket.emitWithAck('append').then(
    (answer: string) => happened.push(answer),
    () => {},
  );
  await received.promise;
  const ended = end(() => (waits ? stored.promise : Promise.resolve()));
  expect((await health.readiness()).isReady).toBe(false);
  if (waits) stored.resolve();
  await Promise.all([appended, ended]);
  return happened;
}

test('it is not ready from the first moment; writes finish and are acknowledged before connections end', async () => {
  expect(await seenOfTheEnd(true)).toEqual(['stored', 'transport close']);
});

test('without waiting for writes they would not be acknowledged (negative control)', async () => {
  expect(await seenOfTheEnd(false)).toEqual(['transport close']);
});

test('of hundreds that go on writing each is acknowledged or closed, none is left', async () => {
  const { url, io, end } = await serving();
  let waiting: (() => void)[] = [];
  const flush = async () => {
    while (waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      for (const acknowledge of waiting.splice(0)) acknowledge();
    }
  };
  io.on('connection', (socket) => socket.on('append', (acknowledge) => waiting.push(acknowledge)));
  const writing = setInterval(() => void flush(), 5);
  const sockets = Array.from({ length: 250 }, () => testSocket(url));
  await Promise.all(sockets.map(outcomeOf));
  const keepWriting = (socket: ReturnType<typeof testSocket>): void => {
    socket.emit('append', () => keepWriting(socket));
  };
  for (const socket of sockets) keepWriting(socket);
  await end(flush);
  clearInterval(writing);
  expect(io.engine.clientsCount).toBe(0);
  waiting = [];
});

test('connections end without a goodbye, after which proxies come back by themselves', async () => {
  const { url, end } = await serving();
  const sockets = Array.from({ length: 20 }, () => testSocket(url));
  await Promise.all(sockets.map(outcomeOf));
  const reasons = Promise.all(
    sockets.map((socket) => new Promise((resolve) => socket.once('disconnect', resolve))),
  );
  await end();
  expect(new Set(await reasons)).toEqual(new Set(['transport close']));
});

test('a peer that reads nothing does not keep it from ending', async () => {
  const { url, io, end } = await serving();
  const socket = testSocket(url);
  await outcomeOf(socket);
  const engine = socket.io.engine as unknown as { transport: { ws: { _socket: NetSocket } } };
  engine.transport.ws._socket.pause();
  const due = Buffer.alloc(1024 * 1024);
  for (let n = 0; n < 64; n += 1) io.emit('entries', due);
  await end();
  expect(io.engine.clientsCount).toBe(0);
});

test('a store that never answers again is not waited for', async () => {
  const { end } = await serving();
  await end(() => new Promise(() => {}), 10);
});
