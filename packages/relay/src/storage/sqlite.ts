import type { DatabaseSync } from 'node:sqlite';
import type { RelayResponse } from '@otr/protocol';
import { openDatabase } from './database.ts';
import { bytesOf, entryOf, numberOf, type Row, sizeOf } from './rows.ts';
import { SqliteWrites, type WriteLimits } from './sqliteWrites.ts';
import type { FetchRequest, RoomKey, RoomSnapshot, Storage, Write, Written } from './storage.ts';
import { StorageFailure } from './storage.ts';

/** Entries of one room that are deleted in one transaction. */
const pruneAtOnce = 1_000;

/** Opens the embedded store: a data folder, or `:memory:`. Throws `StartRefused`. */
export function openSqlite(data: string, limits: WriteLimits & { databaseBytes: number }): Storage {
  const { database, close } = openDatabase(data, limits.databaseBytes);
  const sql = prepare(database);
  const writes = new SqliteWrites(database, limits);

  return {
    write(batch: readonly Write[], at: number): Written[] {
      try {
        return transaction(database, () => batch.map((write) => writes.apply(write, at)));
      } catch (error) {
        writes.forget();
        throw error;
      }
    },

    accessKey: (room) => guarded(() => optionalBytes(sql.room.get(room), 'access_key')),

    head: (room) => guarded(() => numberOf(sql.room.get(room) ?? { head: 0 }, 'head')),

    snapshot: (room) => guarded(() => snapshot(sql, room)),

    fetch: (request) => guarded(() => fetch(sql, request)),

    findEntry: (room, id) =>
      guarded(() => {
        const row = sql.findEntry.get(room, id);
        return row && { seq: numberOf(row, 'seq'), epoch: numberOf(row, 'epoch') };
      }),

    isRegistered: (room, publicKey) => guarded(() => sql.isRegistered.get(room, publicKey) !== undefined),

    recordAnswers: (answers) =>
      transaction(database, () => {
        for (const { room, publicKey, at } of answers) sql.answered.run(at, room, publicKey);
      }),

    restartGrace: (at) => transaction(database, () => sql.restartGrace.run(at)),

    silentKeys: (before, limit) => guarded(() => sql.silent.all(before, limit).map((row) => roomKey(row))),

    prune: (before) =>
      transaction(database, () =>
        sql.expired.all(before).reduce((sum, row) => sum + pruneRoom(sql, row, before), 0),
      ),

    close,
  };
}

function snapshot(sql: Statements, room: Uint8Array): RoomSnapshot | undefined {
  const row = sql.room.get(room);
  if (row === undefined) return undefined;
  const number = numberOf(row, 'number');
  const roomInfo = optionalBytes(row, 'room_info');
  return {
    head: numberOf(row, 'head'),
    floor: numberOf(row, 'floor'),
    epoch: numberOf(row, 'epoch'),
    registrations: sql.registrations.all(number).map((registration) => ({
      publicKey: bytesOf(registration, 'public_key'),
      sealedProfile: bytesOf(registration, 'sealed_profile'),
      tag: bytesOf(registration, 'tag'),
    })),
    marks: sql.marks.all(number).map((mark) => ({
      publicKey: bytesOf(mark, 'public_key'),
      sealed: bytesOf(mark, 'sealed'),
    })),
    ...(roomInfo && { roomInfo }),
  };
}

function fetch(sql: Statements, request: FetchRequest): RelayResponse<'fetch'> {
  const room = sql.room.get(request.room);
  if (room === undefined) return { entries: [], head: 0, floor: 1 };
  const number = numberOf(room, 'number');
  const entries = [];
  let bytes = 0;
  for (const row of sql.entries.iterate(number, request.after, request.limit)) {
    const entry = entryOf(row, () => slicesFor(sql, number, numberOf(row, 'seq'), request.keys));
    entries.push(entry);
    bytes += sizeOf(entry);
    if (bytes > request.maxBytes) break;
  }
  return { entries, head: numberOf(room, 'head'), floor: numberOf(room, 'floor') };
}

function slicesFor(sql: Statements, room: number, seq: number, keys: readonly Uint8Array[]) {
  return keys.flatMap((to) => {
    const row = sql.slice.get(room, seq, to);
    return row === undefined ? [] : [{ to, ciphertext: bytesOf(row, 'ciphertext') }];
  });
}

/** The clock may step back: everything up to the newest expired entry goes, so that no hole appears. */
function pruneRoom(sql: Statements, room: Row, before: number): number {
  const number = numberOf(room, 'number');
  const floor = numberOf(room, 'floor');
  const last = sql.lastExpired.get(number, before, floor + pruneAtOnce - 1);
  const upTo = last === undefined ? floor : numberOf(last, 'seq');
  const bytes = numberOf(sql.bytesUpTo.get(number, upTo) ?? {}, 'bytes');
  sql.deleteSlices.run(number, upTo);
  sql.deleteEntries.run(number, upTo);
  sql.raiseFloor.run(upTo + 1, bytes, number);
  return upTo + 1 - floor;
}

type Statements = ReturnType<typeof prepare>;

function prepare(database: DatabaseSync) {
  const number = '(SELECT number FROM rooms WHERE room = ?)';
  return {
    room: database.prepare(
      'SELECT number, access_key, epoch, head, floor, room_info FROM rooms WHERE room = ?',
    ),
    registrations: database.prepare(
      'SELECT public_key, sealed_profile, tag FROM registrations WHERE room = ?',
    ),
    isRegistered: database.prepare(`SELECT 1 FROM registrations WHERE room = ${number} AND public_key = ?`),
    marks: database.prepare('SELECT public_key, sealed FROM marks WHERE room = ?'),
    findEntry: database.prepare(`SELECT seq, epoch FROM entries WHERE room = ${number} AND id = ?`),
    entries: database.prepare('SELECT * FROM entries WHERE room = ? AND seq > ? ORDER BY seq LIMIT ?'),
    slice: database.prepare('SELECT ciphertext FROM slices WHERE room = ? AND seq = ? AND to_key = ?'),
    answered: database.prepare(
      `UPDATE registrations SET answered_at = ? WHERE room = ${number} AND public_key = ?`,
    ),
    restartGrace: database.prepare('UPDATE registrations SET answered_at = ?'),
    silent: database.prepare(
      `SELECT rooms.room, public_key FROM registrations JOIN rooms ON rooms.number = registrations.room
       WHERE answered_at < ? LIMIT ?`,
    ),
    expired: database.prepare(
      `SELECT number, floor FROM rooms JOIN entries ON entries.room = number AND entries.seq = floor
       WHERE floor <= head AND entries.at < ?`,
    ),
    lastExpired: database.prepare(
      'SELECT seq FROM entries WHERE room = ? AND at < ? AND seq <= ? ORDER BY seq DESC LIMIT 1',
    ),
    bytesUpTo: database.prepare('SELECT SUM(bytes) AS bytes FROM entries WHERE room = ? AND seq <= ?'),
    deleteSlices: database.prepare('DELETE FROM slices WHERE room = ? AND seq <= ?'),
    deleteEntries: database.prepare('DELETE FROM entries WHERE room = ? AND seq <= ?'),
    raiseFloor: database.prepare('UPDATE rooms SET floor = ?, log_bytes = log_bytes - ? WHERE number = ?'),
  };
}

/** All or nothing, on disk when it returns. */
function transaction<Value>(database: DatabaseSync, run: () => Value): Value {
  return guarded(() => {
    database.exec('BEGIN IMMEDIATE');
    try {
      const value = run();
      database.exec('COMMIT');
      return value;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  });
}

/** SQLite's own errors (disk full, read-only, busy) are the store's failures; all others are bugs. */
function guarded<Value>(run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR') {
      throw new StorageFailure(error.message, { cause: error });
    }
    throw error;
  }
}

function optionalBytes(row: Row | undefined, column: string): Buffer | undefined {
  return row === undefined || row[column] === null ? undefined : bytesOf(row, column);
}

function roomKey(row: Row): RoomKey {
  return { room: bytesOf(row, 'room'), publicKey: bytesOf(row, 'public_key') };
}
