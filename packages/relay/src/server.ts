import type { Server as HttpServer } from 'node:http';
import { limits as wire } from '@otr/protocol';
import { relayParser } from '@otr/protocol/relayParser';
import { Server, type Socket } from 'socket.io';
import { checkAdmission } from './admission.ts';
import { announcements } from './announcements.ts';
import { Batch } from './batch.ts';
import { Connection } from './connection.ts';
import type { Fanout } from './fanout/fanout.ts';
import { hearing } from './fanout/hearing.ts';
import { openFanout } from './fanout/openFanout.ts';
import { receive, receiveAppend, receiveHeartbeat } from './gate.ts';
import { Health } from './health.ts';
import { createHttp, type RelayHttp } from './http.ts';
import { KeyCleanup } from './keyCleanup.ts';
import { faultFields, silent } from './log.ts';
import { keepPolling } from './logPoll.ts';
import { hintNewest, leaveRoom } from './membership.ts';
import { Metrics } from './metrics.ts';
import { startMetricsServer } from './metricsServer.ts';
import { defaultCleanup, defaultLimits, type RelayOptions } from './options.ts';
import type { RelayParts } from './relayParts.ts';
import { keepRetention } from './retention.ts';
import { RoomFeed } from './roomFeed.ts';
import { RoomLive } from './roomLive.ts';
import { RoomNews } from './roomNews.ts';
import { RoomRates } from './roomRates.ts';
import { openConnections, shutDown } from './shutDown.ts';
import { StartRefused } from './startRefused.ts';
import { openStorage } from './storage/openStorage.ts';
import type { Storage } from './storage/storage.ts';
import { onHeartbeat, takeAppends } from './transport.ts';
import { guardUpgrades } from './upgrades.ts';

/** How long a connection may take for Socket.IO's handshake, in milliseconds; a proxy waits no longer either. */
const handshakeMs = 10_000;

export interface Relay {
  /** Where proxies reach it, `http://host:port` or `https://host:port`. */
  readonly url: string;
  readonly port: number;
  /** Where `/metrics` is, if it is served. */
  readonly metricsPort: number | undefined;
  /** Reads the TLS files again. */
  reloadTls(): void;
  /** Stops accepting, finishes the batch, closes the sockets and the store. */
  close(): Promise<void>;
}

/** What a relay stands on: its log, and the way to the other processes on the same log. */
export interface Ground {
  readonly storage: Storage;
  readonly fanout: Fanout;
}

/** Starts a relay. Rejects with `StartRefused` when the store, the address or the certificate cannot be used. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const limits = { ...defaultLimits, ...options.limits };
  const log = options.log ?? silent;
  const storage = await openStorage(options, limits, log);
  const fanout = await openFanout(options.redis, log).catch(async (error: unknown) => {
    await storage.close();
    throw error;
  });
  return await startOn({ storage, fanout }, options);
}

/** A relay on a store and a fan-out that are open already; it closes them when it ends, or cannot start. */
export async function startOn(ground: Ground, options: RelayOptions): Promise<Relay> {
  const closeGround = () => Promise.all([ground.fanout.close(), ground.storage.close()]);
  try {
    return await serve(assemble(ground, options), options, closeGround);
  } catch (error) {
    await closeGround();
    throw error;
  }
}

async function serve(
  relay: RelayParts,
  options: RelayOptions,
  closeGround: () => Promise<unknown>,
): Promise<Relay> {
  const health = new Health(relay.storage, relay.fanout);
  const http = createHttp({ health, log: relay.log, ...(options.tls && { tls: options.tls }) });
  const open = openConnections(http.server);
  const io = attach(http.server, relay, health, options.admission ?? []);
  await relay.cleanup.start();
  const stopWork = startWork(relay, options);
  const metrics = await listen(http, io, relay, options).catch(async (error: unknown) => {
    http.server.close();
    http.server.closeAllConnections();
    await stopWork();
    http.stop();
    throw error;
  });
  relay.log('relayListening', { port: portOf(http.server) });
  return running(http, options.host, metrics?.port, async () => {
    relay.log('relayDraining', { connections: io.engine.clientsCount });
    const finishWrites = () => relay.batch.flush();
    await shutDown({ io, http: http.server, open, health, finishWrites });
    await stopWork();
    http.stop();
    await metrics?.close();
    await closeGround();
    relay.log('relayClosed');
  });
}

/** What runs beside the requests. Returns the way to end it. */
function startWork(relay: RelayParts, options: RelayOptions): () => Promise<void> {
  const { storage, fanout, live, feed, log, metrics } = relay;
  const isAlone = options.database === undefined;
  const stopRetention = keepRetention(storage, relay.limits, log);
  const stopPolling = isAlone
    ? () => {}
    : keepPolling({
        storage,
        // Without Redis nobody tells this process what others on its database do.
        fanout: options.redis === undefined ? { isHealthy: false } : fanout,
        log,
        rooms: () => live.roomIds(),
        behind: (room, head) => {
          if (feed.told(room, head)) metrics.count('catchUps');
        },
      });
  return async () => {
    stopRetention();
    stopPolling();
    feed.stop();
    await relay.cleanup.stop();
    await relay.batch.flush();
  };
}

function running(
  http: RelayHttp,
  host: string,
  metricsPort: number | undefined,
  end: () => Promise<void>,
): Relay {
  const port = portOf(http.server);
  let closing: Promise<void> | undefined;
  return {
    url: `${http.scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    metricsPort,
    reloadTls: () => http.reload(),
    close: () => {
      closing ??= end();
      return closing;
    },
  };
}

function assemble({ storage, fanout }: Ground, options: RelayOptions): RelayParts {
  const log = options.log ?? silent;
  const limits = { ...defaultLimits, ...options.limits };
  const metrics = new Metrics();
  const live = new RoomLive();
  const feed = new RoomFeed({ storage, fanout, live, log, metrics });
  const news = new RoomNews(live, fanout);
  const batch = new Batch({ storage, log, metrics, announce: announcements(feed, news) });
  const cleanup = new KeyCleanup(
    { storage, batch, news, live, log },
    { ...defaultCleanup, ...options.cleanup },
  );
  const roomRates = new RoomRates(limits.roomRequestsPerSecond, limits.roomRequestBurst);
  const relay = { storage, batch, fanout, live, feed, news, cleanup, roomRates, limits, metrics, log };
  fanout.onEvent(hearing(relay));
  return relay;
}

function attach(http: HttpServer, relay: RelayParts, health: Health, admission: readonly string[]): Server {
  const io = new Server(http, {
    transports: ['websocket'],
    perMessageDeflate: false,
    maxHttpBufferSize: wire.relayFrame,
    connectTimeout: Math.min(handshakeMs, relay.limits.enterWithinMs),
    serveClient: false,
    parser: relayParser,
  });
  guardUpgrades(http, {
    maxConnections: relay.limits.maxConnections,
    isDraining: () => health.isDraining,
    refused: () => relay.metrics.count('connectionsRefused'),
  });
  if (admission.length > 0) {
    io.use(checkAdmission(admission, () => relay.metrics.count('connectionsNotAdmitted')));
  }
  const idle = new Set<Connection>();
  io.on('connection', (socket) => accept(relay, socket, idle));
  return io;
}

function accept(relay: RelayParts, socket: Socket, idle: Set<Connection>): void {
  const quietly = (work: Promise<void>) =>
    void work.catch((error: unknown) => relay.log('internalError', faultFields(error)));
  const connection = new Connection(socket, relay.limits, idle, {
    fellBehind: () => relay.metrics.count('fellBehind'),
    caughtUp: (behind, room) => quietly(hintNewest(relay, behind, room)),
  });
  relay.metrics.count('connectionsOpened');
  // Never passed on: no event of a peer is emitted on the socket, where `error` and `disconnect` mean something.
  socket.use((packet) => receive(relay, connection, packet));
  takeAppends(socket, (append) => receiveAppend(relay, connection, append));
  socket.on('error', () => relay.log('badFrame'));
  onHeartbeat(socket, () => receiveHeartbeat(relay, connection));
  socket.on('disconnect', () => {
    connection.ended();
    // A WebSocket that is left and entered anew would have a new rate, and one that is only left would stay for ever.
    connection.cut();
    for (const room of connection.rooms) leaveRoom(relay, connection, room);
  });
  connection.send('challenge', { nonce: connection.challenge });
}

async function listen(http: RelayHttp, io: Server, relay: RelayParts, options: RelayOptions) {
  const { host, port } = options;
  await new Promise<void>((resolve, reject) => {
    http.server.once('error', (error) =>
      reject(
        new StartRefused(
          'addressUnusable',
          `The relay can't listen on ${host} port ${port}: ${error.message}.`,
        ),
      ),
    );
    http.server.listen(port, host, () => resolve());
  });
  if (options.metrics === undefined) return undefined;
  const sources = {
    connections: () => io.engine.clientsCount,
    rooms: () => relay.live.size,
    isFanoutHealthy: () => relay.fanout.isHealthy,
  };
  return await startMetricsServer(relay.metrics, sources, options.metrics);
}

function portOf(http: HttpServer): number {
  const address = http.address();
  if (address === null || typeof address === 'string') throw new TypeError('the relay listens on a port');
  return address.port;
}
