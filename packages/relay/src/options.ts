import { limits as wire } from '@otr/protocol';
import type { Log } from './log.ts';
import type { StorageLimits } from './storage/storage.ts';
import type { TlsFiles } from './tls.ts';

/** Key cleanup, in milliseconds (rule N4). */
export interface CleanupOptions {
  /** Time between two questions to every room. */
  intervalMs: number;
  /** A waiting knock that nobody answered for during this time is dropped. */
  graceMs: number;
  /** How long answers to one question are waited for. */
  answerMs: number;
}

/** What one room or one connection may use of the relay. */
export interface RelayLimits extends StorageLimits {
  /** Connections at once; further ones are refused. */
  maxConnections: number;
  /** Requests a second of one connection; one of more than 16 KiB counts once for each. */
  requestsPerSecond: number;
  /** Requests one connection may make at once after a pause. */
  requestBurst: number;
  /** Appends, commits and volatile messages a second in one room at this process, whoever sends them. */
  roomRequestsPerSecond: number;
  /** So many at once after a pause. */
  roomRequestBurst: number;
  roomsPerConnection: number;
  /** Bytes of the whole SQLite database; beyond it appends are refused with `storageFailed`. */
  databaseBytes: number;
  /** Entries older than this are pruned. */
  retentionMs: number;
  /** Time between two looks for entries to prune. */
  pruneIntervalMs: number;
  /** A connection that has entered no room by then is closed, unless few others idle like it. */
  enterWithinMs: number;
  /** Connections that may idle without a room: those of proxies that have none yet. */
  idleConnections: number;
  /** Unsent bytes beyond which a connection gets no live events until it has read what is due. */
  behindBytes: number;
  /** Unsent bytes beyond which a connection that asks for more is closed. */
  unreadBytes: number;
}

export interface RelayOptions {
  host: string;
  /** 0 draws a free one. */
  port: number;
  /** The folder of the embedded store, made when missing, or `:memory:`. */
  data: string;
  /** `postgres://…`: the log is there instead, and other relay processes may share it. */
  database?: string;
  /** `redis://…`: wakes the other processes on the same database. */
  redis?: string;
  /** Tokens of which each connection has to show one (rule A5). */
  admission?: readonly string[];
  tls?: TlsFiles;
  /** Where `/metrics` is served, if anywhere; not a port for the public. */
  metrics?: { host: string; port: number };
  log?: Log;
  cleanup?: Partial<CleanupOptions>;
  limits?: Partial<RelayLimits>;
}

const MiB = 1024 * 1024;
const hour = 3_600_000;

export const defaultCleanup: CleanupOptions = { intervalMs: 60_000, graceMs: 600_000, answerMs: 10_000 };

export const defaultLimits: RelayLimits = {
  maxConnections: 20_000,
  requestsPerSecond: 500,
  requestBurst: 2_000,
  roomRequestsPerSecond: 2_000,
  roomRequestBurst: 8_000,
  roomsPerConnection: wire.roomsPerConnection,
  logBytesPerRoom: 256 * MiB,
  waitingKnocksPerRoom: wire.waitingKnocks,
  invitesPerRoom: wire.invitesPerRoom,
  databaseBytes: 64 * 1024 * MiB,
  retentionMs: 14 * 24 * hour,
  pruneIntervalMs: hour,
  enterWithinMs: 30_000,
  idleConnections: 1_000,
  behindBytes: MiB,
  unreadBytes: 8 * MiB,
};
