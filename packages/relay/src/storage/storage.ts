import type { Entry, RelayRequest, RelayResponse, WireError } from '@otr/protocol';
import type { Log } from '../log.ts';

/** One change. `registerKey`, `removeKey` and `envelope` become entries of the room's log. */
export type Write =
  | { kind: 'createRoom'; room: Uint8Array; accessKey: Uint8Array }
  | ({ kind: 'registerKey' } & RelayRequest<'registerKey'>)
  | ({ kind: 'removeKey'; reason: 'left' | 'cleanup' } & RelayRequest<'removeKey'>)
  | ({ kind: 'envelope' } & RelayRequest<'append'>)
  | ({ kind: 'mark' } & RelayRequest<'mark'>)
  | ({ kind: 'roomInfo' } & RelayRequest<'putRoomInfo'>);

/** What became of a write: a new entry (with all slices), an entry id that was known already, or a refusal. */
export type Written =
  | { outcome: 'appended'; entry: Entry }
  | { outcome: 'known'; seq: number; epoch: number }
  | { outcome: 'stored' }
  | { outcome: 'refused'; error: WireError };

/** What `enterRoom` answers, without who is online. */
export type RoomSnapshot = Omit<RelayResponse<'enterRoom'>, 'online'>;

export interface FetchRequest {
  room: Uint8Array;
  after: number;
  limit: number;
  /** Stops after the entry that exceeds it; at least one entry is given. */
  maxBytes: number;
  /** Slices of envelopes addressed to these public keys are given, no others (rule L5). */
  keys: readonly Uint8Array[];
}

export interface RoomKey {
  room: Uint8Array;
  publicKey: Uint8Array;
}

/** The store did not do what was asked; nothing was changed. The relay answers `storageFailed` and lives on. */
export class StorageFailure extends Error {
  override readonly name = 'StorageFailure';
}

/** For work that nobody waits for: a failing store is logged, and the work is left for another time. */
export function unlessStorageFails<Value>(log: Log, run: () => Value): Value | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof StorageFailure)) throw error;
    log('storageFailed', { reason: error.message });
    return undefined;
  }
}

/**
 * Rooms, their logs and registrations on disk. Every method throws `StorageFailure` when the disk or the file
 * fails. `test/storageContract.ts` is the acceptance suite of every implementation.
 */
export interface Storage {
  /**
   * All writes in order and in one durable transaction: when it returns they are on disk, when it throws none
   * of them happened. Refusals (rules S5, L3, L4, L7) concern single writes.
   */
  write(writes: readonly Write[], at: number): Written[];
  accessKey(room: Uint8Array): Uint8Array | undefined;
  /** `seq` of the newest entry; 0 for none. */
  head(room: Uint8Array): number;
  snapshot(room: Uint8Array): RoomSnapshot | undefined;
  fetch(request: FetchRequest): RelayResponse<'fetch'>;
  /** The place of an entry id that is in the log already (rule L3). */
  findEntry(room: Uint8Array, id: Uint8Array): { seq: number; epoch: number } | undefined;
  isRegistered(room: Uint8Array, publicKey: Uint8Array): boolean;
  /** Somebody answered for these registered keys. */
  recordAnswers(answers: readonly (RoomKey & { at: number })[]): void;
  /** Every registered key counts as answered for at this time: the grace period starts anew (rule K6). */
  restartGrace(at: number): void;
  /** Registered keys that nobody answered for since `before`. */
  silentKeys(before: number, limit: number): RoomKey[];
  /** Deletes some of the entries older than `before`. Returns how many; 0 when none is left. */
  prune(before: number): number;
  close(): void;
}
