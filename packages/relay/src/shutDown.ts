import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Server } from 'socket.io';

/** How long acknowledgements, and then closing handshakes, are waited for, in milliseconds. */
const drainMs = 1_000;

/**
 * Without Socket.IO's disconnect packet, so that proxies come back by themselves when the relay does. What was
 * acknowledged gets a moment to be read; what is lost is asked for again under the same entry id (rule L3).
 */
export async function closeSockets(
  io: Server,
  http: HttpServer,
  open: ReadonlySet<NetSocket>,
): Promise<void> {
  const closed = once(http, 'close');
  http.close();
  const busy = [...io.sockets.sockets.values()].filter((socket) => !socket.conn.transport.writable);
  const drained = Promise.all(busy.map((socket) => once(socket.conn.transport, 'ready')));
  await Promise.race([drained, setTimeout(drainMs, undefined, { ref: false })]);
  const cutting = globalThis.setTimeout(() => {
    for (const socket of open) socket.destroy();
  }, drainMs);
  await io.close();
  http.closeAllConnections();
  await closed;
  clearTimeout(cutting);
}

/** The server's connections, whatever they became: a peer that reads nothing would keep it from closing. */
export function openConnections(http: HttpServer): ReadonlySet<NetSocket> {
  const open = new Set<NetSocket>();
  http.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
}
