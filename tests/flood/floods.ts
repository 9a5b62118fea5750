import { randomBytes } from 'node:crypto';
import { encodeAppend } from '@otr/protocol';
import { packetBytes } from '../../packages/relay/test/fuzz/packets.ts';
import { RawConnection, upgradeRequest } from '../../packages/relay/test/fuzz/rawConnection.ts';
import { clientFrame } from '../../packages/relay/test/fuzz/webSocketBytes.ts';
import { TestClient } from '../../packages/relay/test/testClient.ts';
import { testRoom } from '../../packages/relay/test/testRoom.ts';

/** A flood that goes on until it is stopped, and then says what it did and what is wrong. */
export interface Flood {
  stop(): Promise<{ did: string; wrong: string[] }>;
}

/** A hundred times the default limit. */
const appendsPerSecond = 50_000;
/** Bytes that it keeps ready; more would wait at its own end only. */
const mostUnsent = 4 * 2 ** 20;
const dueBytes = 100 * 2 ** 20;
const dueSeconds = 60;
const bulkBytes = 128 * 1024;
const sockets = 1_000;
/** How long each of them stays open, in milliseconds. */
const openFor = 4_000;

export const floods: Readonly<Record<string, (url: string) => Promise<Flood>>> = {
  rate,
  churn,
  slow: (url) => bulk(url, false),
  /** What the slow reader is sent, and reads: it is no flood. */
  read: (url) => bulk(url, true),
};

/** One client appends a hundred times what it may. */
async function rate(url: string): Promise<Flood> {
  const room = testRoom();
  const client = await TestClient.connect(url);
  await client.create(room);
  await client.enter(room);
  const { ws } = client.socket.io.engine.transport as unknown as {
    ws: { _socket: import('node:net').Socket };
  };
  const socket = ws._socket;
  let offered = 0;
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * appendsPerSecond;
    const frames: Buffer[] = [];
    for (; offered < due && socket.writableLength < mostUnsent; offered += 1) {
      frames.push(clientFrame(appendTo(room.room, offered % 2 ** 31)));
      if (frames.length >= 1_000) socket.write(Buffer.concat(frames.splice(0)));
    }
    if (frames.length > 0) socket.write(Buffer.concat(frames));
    offered = Math.max(offered, Math.floor(due));
  }, 10);
  return {
    stop: async () => {
      clearInterval(timer);
      const reader = await TestClient.connect(url);
      const { head } = await reader.enter(room);
      reader.close();
      const seconds = (performance.now() - startedAt) / 1_000;
      const wasCut = client.socket.connected ? '' : ', and was cut off';
      client.close();
      const most = 2_000 + 500 * seconds;
      return {
        did: `offered ${offered} appends in ${seconds.toFixed(0)} s, ${head} were stored${wasCut}`,
        wrong: head > most ? [`${head} appends were stored, ${most.toFixed(0)} are allowed`] : [],
      };
    },
  };
}

/** One client stops reading while its room is sent 100 MiB in a minute; then it reads on and catches up. */
async function bulk(url: string, isRead: boolean): Promise<Flood> {
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
async function churn(url: string): Promise<Flood> {
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
