import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { encodeAppend } from '@otr/protocol';
import { packetBytes } from '../../packages/relay/test/fuzz/packets.ts';
import { RawConnection, upgradeRequest } from '../../packages/relay/test/fuzz/rawConnection.ts';
import { clientFrame } from '../../packages/relay/test/fuzz/webSocketBytes.ts';
import { TestClient } from '../../packages/relay/test/testClient.ts';
import { testRoom } from '../../packages/relay/test/testRoom.ts';
import { Members } from './members.ts';

/** What a role did, and what is wrong. */
export interface Report {
  did: string;
  wrong: string[];
}

/** Somebody at the relay who goes on until stopped. */
export interface Role {
  /** Of members: milliseconds from each append to each delivery, since they were last taken. */
  takeDelays?(): number[];
  stop(): Promise<Report>;
}

/** A hundred times the default limit. */
const appendsPerSecond = 50_000;
/** Bytes that it keeps ready; more would wait at its own end only. */
const mostUnsent = 4 * 2 ** 20;
const dueBytes = 100 * 2 ** 20;
const dueSeconds = 60;
const bulkBytes = 128 * 1024;
const sockets = 1_000;
const silentPeople = 1_000;
/** How long each of them stays open, in milliseconds. */
const openFor = 4_000;

export const roles: Readonly<Record<string, (url: string) => Promise<Role>>> = {
  members: (url) => Members.enter(url),
  silent,
  /** What the slow reader is sent, and reads: it is no flood. */
  read: (url) => bulk(url, true),
  rate,
  slow: (url) => bulk(url, false),
  churn,
};

/** A thousand people in rooms of ten who are there and say nothing: what a relay has most of. */
async function silent(url: string): Promise<Role> {
  const clients: TestClient[] = [];
  let room = testRoom();
  for (let n = 0; n < silentPeople; n += 1) {
    const client = await TestClient.connect(url);
    if (n % 10 === 0) {
      room = testRoom();
      await client.create(room);
    }
    await client.enter(room);
    clients.push(client);
  }
  return {
    stop: async () => {
      const left = clients.filter(({ socket }) => socket.connected).length;
      for (const client of clients) client.close();
      const wrong = left < silentPeople ? [`${silentPeople - left} silent people were disconnected`] : [];
      return { did: `${left} silent people stayed`, wrong };
    },
  };
}

/** One client appends a hundred times what it may. Cut off, since its heartbeats come too late, it comes back at once. */
async function rate(url: string): Promise<Role> {
  const room = testRoom();
  const connect = async () => {
    const client = await TestClient.connect(url);
    await client.enter(room);
    return client;
  };
  const creator = await TestClient.connect(url);
  await creator.create(room);
  creator.close();
  let client = await connect();
  let offered = 0;
  let times = 1;
  let goesOn = true;
  const startedAt = performance.now();
  const flood = async () => {
    while (goesOn) {
      if (!client.socket.connected) {
        client = await connect();
        times += 1;
      }
      const due = Math.floor(((performance.now() - startedAt) / 1_000) * appendsPerSecond);
      offerAppends(socketOf(client), room.room, offered, due);
      offered = Math.max(offered, due);
      await pause(10);
    }
  };
  const flooding = flood();
  return {
    stop: async () => {
      goesOn = false;
      await flooding;
      client.close();
      const reader = await TestClient.connect(url);
      const { head } = await reader.enter(room);
      reader.close();
      const seconds = (performance.now() - startedAt) / 1_000;
      const most = 2_000 * times + 500 * seconds;
      return {
        did: `offered ${offered} appends in ${seconds.toFixed(0)} s, ${head} were stored; connected ${times} times`,
        wrong: head > most ? [`${head} appends were stored, ${most.toFixed(0)} are allowed`] : [],
      };
    },
  };
}

/** Writes appends from this number up to that one, as far as the socket takes them. */
function offerAppends(socket: Socket, room: Uint8Array, from: number, to: number): void {
  const frames: Buffer[] = [];
  for (let n = from; n < to && socket.writableLength < mostUnsent; n += 1) {
    frames.push(clientFrame(appendTo(room, n % 2 ** 31)));
    if (frames.length >= 1_000) socket.write(Buffer.concat(frames.splice(0)));
  }
  if (frames.length > 0) socket.write(Buffer.concat(frames));
}

function socketOf(client: TestClient): Socket {
  return (client.socket.io.engine.transport as unknown as { ws: { _socket: Socket } }).ws._socket;
}

/** One client stops reading while its room is sent 100 MiB in a minute; then it reads on and catches up. */
async function bulk(url: string, isRead: boolean): Promise<Role> {
  const room = testRoom();
  const [writer, reader] = [await TestClient.connect(url), await TestClient.connect(url)];
  await writer.create(room);
  await writer.enter(room);
  await reader.enter(room);
  const { ws } = reader.socket.io.engine.transport as unknown as { ws: { pause(): void; resume(): void } };
  if (!isRead) ws.pause();
  let written = 0;
  const pending: Promise<unknown>[] = [];
  const body = randomBytes(bulkBytes);
  const timer = setInterval(
    () => {
      written += 1;
      pending.push(writer.done('append', writer.message(room, 0, body)));
    },
    (dueSeconds * 1_000 * bulkBytes) / dueBytes,
  );
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(pending);
      ws.resume();
      // Who is silent for too long is disconnected, and comes back.
      await Promise.race([reader.entriesUpTo(room.room, written), reader.disconnected()]);
      const live = new Set(reader.all('entries').flatMap(({ entries }) => entries.map(({ seq }) => seq)));
      const back = reader.socket.connected ? reader : await TestClient.connect(url);
      if (back !== reader) await back.enter(room);
      const missed = await fetchMissing(back, room.room, live, written);
      const wrong = live.size === written ? [] : [`of ${written} entries it has ${live.size}`];
      writer.close();
      back.close();
      const MiB = ((written * bulkBytes) / 2 ** 20).toFixed(0);
      return {
        did: `${isRead ? 'read' : 'did not read'} ${MiB} MiB; ${missed} of ${written} entries came by fetch`,
        wrong,
      };
    },
  };
}

/** Adds what is in the log to `known`. Returns how many that are. */
async function fetchMissing(
  reader: TestClient,
  room: Uint8Array,
  known: Set<number>,
  head: number,
): Promise<number> {
  const before = known.size;
  for (let after = 0; after < head; ) {
    if (known.has(after + 1)) {
      after += 1;
      continue;
    }
    const { entries } = await reader.done('fetch', { room, after, limit: 500 });
    for (const { seq } of entries) known.add(seq);
    after = entries.at(-1)?.seq ?? head;
  }
  return known.size - before;
}

/** A thousand sockets open and close, each again and again; every fourth never finishes its handshake. */
async function churn(url: string): Promise<Role> {
  let goesOn = true;
  let opened = 0;
  let refused = 0;
  const lane = async (n: number) => {
    await pause((openFor * n) / sockets);
    while (goesOn) {
      const connection = new RawConnection(url);
      connection.write(n % 4 === 0 ? upgradeRequest.slice(0, 100) : upgradeRequest);
      if (n % 4 !== 0 && (await connection.status()) === 101) {
        connection.send(packetBytes({ type: 0, nsp: '/' }));
        opened += 1;
      } else if (n % 4 !== 0) refused += 1;
      await pause(openFor);
      connection.cut();
    }
  };
  const lanes = Array.from({ length: sockets }, (_, n) => lane(n));
  return {
    stop: async () => {
      goesOn = false;
      await Promise.all(lanes);
      return { did: `${sockets} sockets, opened ${opened} times, ${refused} refused`, wrong: [] };
    },
  };
}

function appendTo(room: Uint8Array, acknowledgementId: number): Buffer {
  const request = { room, id: randomBytes(16), epoch: 0, seen: 0, slices: [], body: Buffer.alloc(20, 1) };
  const frame = encodeAppend(acknowledgementId, request);
  if (frame === undefined) throw new TypeError('an append has a frame');
  return frame;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
