import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import { setImmediate as immediate, setTimeout as wait } from 'node:timers/promises';
import type { Server, Socket } from 'socket.io';
import type { Health } from './health.ts';

/** Connections end in groups of so many, or in so many groups: who comes back to another node does not come at once. */
const groupSize = 100;
const mostGroups = 12;
/** Time between two groups, in milliseconds. */
const pauseMs = 100;
/** How long one group's acknowledgements are waited for while others go on writing, in milliseconds. */
const groupMs = 250;
/** How long the last writes are waited for, in milliseconds: the store may never answer. */
const writesMs = 2_000;
/** How long closing handshakes are waited for, in milliseconds. */
const handshakeMs = 1_000;

interface Serving {
  readonly io: Server;
  readonly http: HttpServer;
  readonly open: ReadonlySet<NetSocket>;
  readonly health: Health;
  /** Resolves when every write that was submitted is on disk and acknowledged, or refused. */
  finishWrites(): Promise<void>;
  /** Instead of `writesMs`. */
  patience?: number;
}

/**
 * Ends what was begun: no new connections (`/readyz` says so at once), writes finished and acknowledged, then the
 * connections closed, some at a time. What is lost nevertheless is asked for again under the same entry id (rule L3).
 */
export async function shutDown({ io, http, open, health, finishWrites, patience }: Serving): Promise<void> {
  const lastWrites = patience ?? writesMs;
  health.drain();
  const sockets = shuffled([...io.sockets.sockets.values()]);
  const size = Math.max(groupSize, Math.ceil(sockets.length / mostGroups));
  for (let at = 0; at < sockets.length; at += size) {
    const group = sockets.slice(at, at + size);
    for (const socket of group) transportOf(socket)?.pause();
    await within(finishWrites(), at + size < sockets.length ? groupMs : lastWrites);
    // Acknowledgements are written at the end of the turn.
    await immediate();
    for (const socket of group) closeWhenWritten(socket);
    if (at + size < sockets.length) await wait(pauseMs);
  }
  await within(finishWrites(), lastWrites);
  await closeServer(io, http, open);
}

/**
 * Without Socket.IO's disconnect packet, so that proxies come back by themselves. engine.io closes the connection when
 * what is due has been written: acknowledgements leave first.
 */
function closeWhenWritten(socket: Socket): void {
  socket.conn.close();
  transportOf(socket)?.resume();
}

/** The WebSocket below, of the package `ws`; engine.io's types hide it. */
function transportOf(socket: Socket): { pause(): void; resume(): void } | undefined {
  return (socket.conn.transport as { socket?: { pause(): void; resume(): void } }).socket;
}

async function within(work: Promise<void>, milliseconds: number): Promise<void> {
  await Promise.race([work, wait(milliseconds, undefined, { ref: false })]);
}

async function closeServer(io: Server, http: HttpServer, open: ReadonlySet<NetSocket>): Promise<void> {
  const closed = once(http, 'close');
  http.close();
  http.closeIdleConnections();
  const leaving = Promise.all([...open].map(closing));
  await Promise.race([leaving, wait(handshakeMs, undefined, { ref: false })]);
  // A peer that reads nothing would keep the server from closing.
  for (const socket of open) socket.destroy();
  await io.close();
  await closed;
}

function closing(socket: NetSocket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, luck: Math.random() }))
    .sort((a, b) => a.luck - b.luck)
    .map(({ item }) => item);
}

/** The server's connections, whatever they became. */
export function openConnections(http: HttpServer): ReadonlySet<NetSocket> {
  const open = new Set<NetSocket>();
  http.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
}
