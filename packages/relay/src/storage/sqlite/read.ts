import type { DatabaseSync } from 'node:sqlite';
import { epochOf, isCommit, type Knock, limits, type Slice, seqOf } from '@otr/protocol';
import { mapKey } from '../../bytes.ts';
import { type LogEntry, sizeOf } from '../logEntry.ts';
import { type Fetched, type FetchRequest, type RoomSnapshot, wholeLog } from '../storage.ts';
import type { RoomCache, StoredRoom } from './roomCache.ts';
import { bytesOf, numberOf, type Row } from './rows.ts';
import { unpackRun } from './run.ts';

/** What is read of rooms, for one reader. */
export class Reads {
  readonly #cache: RoomCache;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(database: DatabaseSync, cache: RoomCache) {
    this.#cache = cache;
    this.#sql = prepare(database);
  }

  findAccess(id: Uint8Array, accessKey: Uint8Array) {
    const room = this.#cache.room(id);
    if (room === undefined) return { found: 'nothing' } as const;
    if (mapKey(room.state.accessKey) === mapKey(accessKey)) {
      return { found: 'access', access: room.state.epoch } as const;
    }
    const row = this.#sql.access.get(room.number, accessKey);
    if (row === undefined) return { found: 'room' } as const;
    return { found: 'access', access: numberOf(row, 'epoch') } as const;
  }

  heads(ids: readonly Uint8Array[]): { room: Uint8Array; head: number }[] {
    return ids.flatMap((room) => {
      const head = this.#cache.room(room)?.state.head ?? 0;
      return head > 0 ? [{ room, head }] : [];
    });
  }

  snapshot(id: Uint8Array, access: number): RoomSnapshot | undefined {
    const room = this.#cache.room(id);
    if (room === undefined) return undefined;
    const { floor, state } = room;
    const head = this.#lastSeen(room, access);
    if (head === undefined) return undefined;
    const ended = access !== state.epoch;
    return { head, floor, epoch: access, ended, knocks: ended ? [] : this.#waitingKnocks(room.number) };
  }

  fetch({ room: id, access, after, limit, maxBytes, keys }: FetchRequest): Fetched {
    const room = this.#cache.room(id);
    if (room === undefined) return { entries: [], head: 0, floor: 1 };
    const { floor } = room;
    // A former epoch whose row is gone ended before the oldest entry that is kept.
    const head = this.#lastSeen(room, access) ?? 0;
    const entries: LogEntry[] = [];
    let bytes = 0;
    for (const entry of this.#entries(room.number, after, head, keys)) {
      entries.push(entry);
      bytes += sizeOf(entry);
      if (bytes > maxBytes || entries.length === limit) break;
    }
    return { entries, head, floor };
  }

  *#entries(room: number, after: number, head: number, keys: readonly Uint8Array[]): Generator<LogEntry> {
    for (const run of this.#sql.runs.iterate(room, after, head)) {
      for (const packed of unpackRun(run)) {
        const seq = seqOf(packed);
        if (seq > after && seq <= head) yield this.#entryOf(room, run, packed, keys);
      }
    }
  }

  /** `seq` of the newest entry that this access opens (rule A4). */
  #lastSeen({ number, state }: StoredRoom, access: number | typeof wholeLog): number | undefined {
    if (access === wholeLog || access === state.epoch) return state.head;
    const row = this.#sql.until.get(number, access);
    return row && numberOf(row, 'until');
  }

  /** An entry with slices is the only one of its run, which counts for more than the packed bytes. */
  #entryOf(room: number, run: Row, packed: Buffer, keys: readonly Uint8Array[]): LogEntry {
    const seq = seqOf(packed);
    const hasSlices = !isCommit(packed) && numberOf(run, 'bytes') > bytesOf(run, 'packed').length;
    const slices = hasSlices ? keys.flatMap((to) => this.#slice(room, seq, to)) : [];
    return { seq, epoch: epochOf(packed), isCommit: isCommit(packed), packed, slices };
  }

  #slice(room: number, seq: number, to: Uint8Array): Slice[] {
    const row = this.#sql.slice.get(room, seq, to);
    return row === undefined ? [] : [{ to, ciphertext: bytesOf(row, 'ciphertext') }];
  }

  /** The longest waiting first, up to half a frame. */
  #waitingKnocks(number: number): Knock[] {
    const knocks: Knock[] = [];
    let bytes = 0;
    for (const row of this.#sql.waitingKnocks.iterate(number)) {
      const sealed = bytesOf(row, 'sealed');
      bytes += sealed.length;
      if (bytes > limits.relayFrame / 2) break;
      const [id, invite] = [bytesOf(row, 'id'), bytesOf(row, 'invite')];
      knocks.push({ id, invite, keyPackageRef: bytesOf(row, 'key_package_ref'), sealed });
    }
    return knocks;
  }
}

function prepare(database: DatabaseSync) {
  return {
    access: database.prepare(
      'SELECT epoch FROM access WHERE room = ? AND access_key = ? ORDER BY epoch DESC LIMIT 1',
    ),
    until: database.prepare('SELECT until FROM access WHERE room = ? AND epoch = ?'),
    waitingKnocks: database.prepare(
      'SELECT id, invite, key_package_ref, sealed FROM knocks WHERE room = ? AND seq IS NULL ORDER BY number',
    ),
    runs: database.prepare(
      'SELECT bytes, packed FROM runs WHERE room = ? AND seq > ? AND first <= ? ORDER BY seq',
    ),
    slice: database.prepare('SELECT ciphertext FROM slices WHERE room = ? AND seq = ? AND to_key = ?'),
  };
}
