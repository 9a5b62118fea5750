import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { encodeAppend } from '@otr/protocol';
import { clientFrame } from '../../../packages/relay/test/fuzz/webSocketBytes.ts';
import { TestClient } from '../../../packages/relay/test/testClient.ts';
import { testRoom } from '../../../packages/relay/test/testRoom.ts';
import { pause } from './pause.ts';
import type { Role } from './role.ts';

/** A hundred times the default limit. */
const appendsPerSecond = 50_000;
/** Bytes that it keeps ready; more would wait at its own end only. */
const mostUnsent = 4 * 2 ** 20;

/** One client appends a hundred times what it may. Cut off, since its heartbeats come too late, it comes back at once. */
export async function rate(url: string): Promise<Role> {
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

function appendTo(room: Uint8Array, acknowledgementId: number): Buffer {
  const request = { room, id: randomBytes(16), epoch: 0, seen: 0, slices: [], body: Buffer.alloc(20, 1) };
  const frame = encodeAppend(acknowledgementId, request);
  if (frame === undefined) throw new TypeError('an append has a frame');
  return frame;
}
