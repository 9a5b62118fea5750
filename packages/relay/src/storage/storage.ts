import type { RelayResponseSent } from '@otr/protocol';
import type { Log } from '../log.ts';
import type { LogEntry } from './logEntry.ts';
import type { Write, Written } from './write.ts';

/** What `enterRoom` answers. */
export type RoomSnapshot = RelayResponseSent<'enterRoom'>;

/** `access` of a reader that is the relay itself: nothing is hidden from it. */
export const wholeLog = 'wholeLog';

export interface FetchRequest {
  room: Uint8Array;
  /** The reader's proven epoch: entries up to the commit that ended it are given (rule A4). */
  access: number | typeof wholeLog;
  after: number;
  limit: number;
  /** Stops after the entry that exceeds it; at least one entry is given. */
  maxBytes: number;
  /** Slices of messages addressed to these public keys are given, no others (rule L5). */
  keys: readonly Uint8Array[];
}

export interface Fetched {
  entries: LogEntry[];
  /** `seq` of the newest entry that the reader may see; 0 for none. */
  head: number;
  floor: number;
}

/** Somebody answered for a waiting knock by its key package reference. */
export interface Answer {
  room: Uint8Array;
  keyPackageRef: Uint8Array;
  at: number;
}

/** A waiting knock that nobody answers for (rule N4). */
export interface Silent {
  room: Uint8Array;
  id: Uint8Array;
}

/** The store did not do what was asked; nothing was changed. The relay answers `storageFailed` and lives on. */
export class StorageFailure extends Error {
  override readonly name = 'StorageFailure';
}

/** For work that nobody waits for: a failing store is logged, and the work is left for another time. */
export async function unlessStorageFails<Value>(
  log: Log,
  run: () => Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof StorageFailure)) throw error;
    log('storageFailed', { reason: error.message });
    return undefined;
  }
}

/** What one room may use of the store. */
export interface StorageLimits {
  /** Stored bytes of one room's log. */
  logBytesPerRoom: number;
  waitingKnocksPerRoom: number;
  invitesPerRoom: number;
}

/**
 * Rooms, their logs, invites and knocks, durable. Every method rejects with `StorageFailure` when the store fails.
 * `test/storageContract.ts` is the acceptance suite of every implementation.
 */
export interface Storage {
  /**
   * All writes in order and in one durable transaction: when it resolves they are on disk, when it rejects none of
   * them happened. Refusals concern single writes.
   */
  write(writes: readonly Write[], at: number): Promise<Written[]>;
  /** The epoch that this access key opened in this room. */
  findAccess(
    room: Uint8Array,
    accessKey: Uint8Array,
  ): Promise<{ found: 'room' } | { found: 'nothing' } | { found: 'access'; access: number }>;
  /** `seq` of the newest entry of each of these rooms that has one. */
  heads(rooms: readonly Uint8Array[]): Promise<{ room: Uint8Array; head: number }[]>;
  /** What the holder of this epoch's access key is given on entering. */
  snapshot(room: Uint8Array, access: number): Promise<RoomSnapshot | undefined>;
  fetch(request: FetchRequest): Promise<Fetched>;
  recordAnswers(answers: readonly Answer[]): Promise<void>;
  /** Every waiting knock counts as answered at this time: the grace period starts anew (rule N4). */
  restartGrace(at: number): Promise<void>;
  /** What waits and nobody answered for since `before`. */
  silent(before: number, limit: number): Promise<Silent[]>;
  /**
   * Deletes some of the entries older than `at - retentionMs`, or than the room's own shorter limit. Returns how many;
   * 0 when none is left.
   */
  prune(at: number, retentionMs: number): Promise<number>;
  /** Resolves when the store answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
