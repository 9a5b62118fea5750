import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { io as connect, type Socket } from 'socket.io-client';
import { afterTest } from './afterTest.ts';

/** A bare Socket.IO server on a free port, for what stands around the relay's own protocol. */
export async function testSocketServer(prepare: (io: Server, http: HttpServer) => void) {
  const http = createServer((_request, response) => response.end('page'));
  const io = new Server(http, { transports: ['websocket'] });
  prepare(io, http);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  afterTest(() => io.close());
  return { io, http, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` };
}

export function testSocket(url: string, auth?: object): Socket {
  const options = { transports: ['websocket'], forceNew: true, reconnection: false };
  const socket = connect(url, { ...options, ...(auth && { auth }) });
  afterTest(() => socket.disconnect());
  return socket;
}

/** `connected`, or what the server (`data`) or the transport says against it. */
export function outcomeOf(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => {
    socket.once('connect', () => resolve('connected'));
    socket.once('connect_error', (error: Error & { data?: unknown }) => resolve(error.data ?? 'failed'));
    // The server hung up before it answered.
    socket.io.once('close', () => setImmediate(() => resolve('closed')));
  });
}
