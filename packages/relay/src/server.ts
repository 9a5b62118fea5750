import { createServer, type Server as HttpServer } from 'node:http';
import { limits as wire } from '@otr/protocol';
import { relayParser } from '@otr/protocol/relayParser';
import { Server, type Socket } from 'socket.io';
import { Batch } from './batch.ts';
import { Connection } from './connection.ts';
import { deliver } from './delivery.ts';
import { inProcessFanout } from './fanout/inProcess.ts';
import { receive } from './gate.ts';
import { answerHttp } from './http.ts';
import { KeyCleanup } from './keyCleanup.ts';
import { silent } from './log.ts';
import { hintNewest, leaveRoom } from './membership.ts';
import { defaultCleanup, defaultLimits, type RelayOptions } from './options.ts';
import type { RelayParts } from './relayParts.ts';
import { keepRetention } from './retention.ts';
import { RoomLive } from './roomLive.ts';
import { closeSockets, openConnections } from './shutDown.ts';
import { StartRefused } from './startRefused.ts';
import { openSqlite } from './storage/sqlite.ts';

export interface Relay {
  /** Where proxies reach it, `http://host:port`. */
  readonly url: string;
  readonly port: number;
  /** Stops accepting, finishes the batch, closes the sockets and the store. */
  close(): Promise<void>;
}

/** Starts a relay. Rejects with `StartRefused` when the folder or the address cannot be used. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const relay = assemble(options);
  const http = createServer(answerHttp);
  const open = openConnections(http);
  const io = attach(http, relay);
  const stopRetention = keepRetention(relay.storage, relay.limits, relay.log);
  const stop = () => {
    stopRetention();
    relay.cleanup.stop();
    relay.batch.flush();
  };
  try {
    relay.cleanup.start();
    await listen(http, options);
  } catch (error) {
    stop();
    relay.storage.close();
    throw error;
  }
  relay.log('relayListening', { port: portOf(http) });
  return runningRelay(options.host, portOf(http), async () => {
    stop();
    await closeSockets(io, http, open);
    relay.batch.flush();
    relay.storage.close();
    relay.log('relayClosed');
  });
}

function runningRelay(host: string, port: number, shutDown: () => Promise<void>): Relay {
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    close: () => {
      closing ??= shutDown();
      return closing;
    },
  };
}

function assemble(options: RelayOptions): RelayParts {
  const log = options.log ?? silent;
  const limits = { ...defaultLimits, ...options.limits };
  const storage = openSqlite(options.data, limits);
  const fanout = inProcessFanout();
  const live = new RoomLive(wire.keysPerAnswer);
  fanout.onEvent((event) => deliver(live, event, wire.relayFrame / 2));
  const batch = new Batch(storage, fanout, log);
  const cleanup = new KeyCleanup(
    { storage, batch, fanout, live, log },
    { ...defaultCleanup, ...options.cleanup },
  );
  return { storage, batch, fanout, live, cleanup, limits, log };
}

function attach(http: HttpServer, relay: RelayParts): Server {
  const io = new Server(http, {
    transports: ['websocket'],
    perMessageDeflate: false,
    maxHttpBufferSize: wire.relayFrame,
    connectTimeout: relay.limits.enterWithinMs,
    serveClient: false,
    parser: relayParser,
  });
  const idle = new Set<Connection>();
  io.on('connection', (socket) => accept(relay, socket, idle));
  return io;
}

function accept(relay: RelayParts, socket: Socket, idle: Set<Connection>): void {
  const connection = new Connection(socket, relay.limits, idle, (behind, room) =>
    hintNewest(relay, behind, room),
  );
  // Never passed on: no event of a peer is emitted on the socket, where `error` and `disconnect` mean something.
  socket.use((packet) => receive(relay, connection, packet));
  socket.on('error', () => relay.log('badFrame'));
  socket.on('disconnect', () => {
    connection.ended();
    for (const room of connection.rooms) leaveRoom(relay, connection, room);
  });
  connection.send('challenge', { nonce: connection.challenge });
}

function listen(http: HttpServer, { host, port }: RelayOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', (error) =>
      reject(
        new StartRefused(
          'addressUnusable',
          `The relay can't listen on ${host} port ${port}: ${error.message}.`,
        ),
      ),
    );
    http.listen(port, host, () => resolve());
  });
}

function portOf(http: HttpServer): number {
  const address = http.address();
  if (address === null || typeof address === 'string') throw new TypeError('the relay listens on a port');
  return address.port;
}
