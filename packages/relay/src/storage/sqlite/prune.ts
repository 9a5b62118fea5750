import type { DatabaseSync } from 'node:sqlite';
import { idOf } from '@otr/protocol';
import { numberOf, type Row } from './rows.ts';
import { entriesIn } from './run.ts';

/** What is handled in one transaction: requests wait for it. A run is deleted whole, or not yet. */
const entriesAtOnce = 1_000;
const roomsAtOnce = 100;
/** Rooms of each look for abandoned ones. */
const roomsLookedAt = 10_000;
const year = 365 * 24 * 3_600_000;

type Statements = ReturnType<typeof prepare>;

export interface Pruned {
  /** How many entries are gone. */
  readonly count: number;
  /** Up to which `seq` the entries of a room, given by its number, are. */
  readonly upTo: ReadonlyMap<number, number>;
  /** Numbers of rooms that are gone. */
  readonly rooms: readonly number[];
}

/** Deletes what is past its time (rule L11). Inside the caller's transaction. */
export type Prune = (at: number, retentionMs: number) => Pruned;

export function preparedPrune(database: DatabaseSync): Prune {
  const sql = prepare(database);
  let lookedAt = 0;
  return (at, retentionMs) => {
    const expired = [
      ...sql.expired.all(at - retentionMs, roomsAtOnce),
      ...sql.expiredByOwn.all(at, roomsAtOnce),
    ];
    const upTo = new Map<number, number>();
    let count = 0;
    for (const row of expired) {
      if (count >= entriesAtOnce) break;
      const pruned = pruneRoom(sql, row, at, retentionMs, entriesAtOnce - count);
      if (pruned === undefined) continue;
      upTo.set(numberOf(row, 'number'), pruned.upTo);
      count += pruned.count;
    }
    if (count > 0) return { count, upTo, rooms: [] };
    const { rooms, last } = deleteAbandoned(sql, lookedAt, at, retentionMs);
    lookedAt = last;
    return { count, upTo, rooms };
  };
}

/** The clock may step back: everything up to the newest expired entry goes, so that no hole appears. */
function pruneRoom(sql: Statements, room: Row, at: number, relayRetentionMs: number, most: number) {
  const number = numberOf(room, 'number');
  const ownMs = numberOf(room, 'retention_ms');
  const retentionMs = ownMs === 0 ? relayRetentionMs : Math.min(ownMs, relayRetentionMs);
  // A room that is past both limits is listed twice.
  const floor = numberOf(sql.floor.get(number) ?? {}, 'floor');
  const last = sql.lastExpired.get(number, at - retentionMs, floor + most - 1);
  if (last === undefined) return undefined;
  const upTo = numberOf(last, 'seq');
  const bytes = numberOf(sql.bytesUpTo.get(number, upTo) ?? {}, 'bytes');
  sql.deleteSlices.run(number, upTo);
  for (const run of sql.runs.iterate(number, upTo)) {
    for (const packed of entriesIn(run)) sql.deleteId.run(number, idOf(packed));
  }
  sql.deleteRuns.run(number, upTo);
  // What a former access key opens, and the welcomes of a commit, go with the commit.
  sql.deleteAccess.run(number, upTo);
  sql.deleteWelcomes.run(number, upTo);
  sql.raiseFloor.run(upTo + 1, bytes, number, upTo + 1, number);
  return { upTo, count: upTo + 1 - floor };
}

/**
 * Rooms that nobody uses. One that comes to life again cannot be put back, and costs some hundred bytes: it is kept
 * for a year after it was last written or entered. One that never had an entry has nothing to lose, since `createRoom`
 * makes it anew: it is kept as long as entries are.
 */
function deleteAbandoned(sql: Statements, after: number, at: number, retentionMs: number) {
  const looked = sql.unused.all(after, roomsLookedAt);
  const rooms = looked
    .filter((room) => isAbandoned(room, at, retentionMs))
    .map((room) => numberOf(room, 'number'));
  for (const number of rooms) for (const statement of sql.deleteRoom) statement.run(number);
  const last = looked.at(-1);
  return { rooms, last: looked.length < roomsLookedAt || last === undefined ? 0 : numberOf(last, 'number') };
}

function isAbandoned(room: Row, at: number, retentionMs: number): boolean {
  const keptMs = numberOf(room, 'head') === 0 ? retentionMs : Math.max(year, 2 * retentionMs);
  return numberOf(room, 'is_empty') === 1 && numberOf(room, 'used_at') < at - keptMs;
}

function prepare(database: DatabaseSync) {
  const tables = ['access', 'invites', 'knocks'];
  return {
    expired: database.prepare(
      'SELECT number, retention_ms FROM rooms WHERE oldest_at < ? ORDER BY oldest_at LIMIT ?',
    ),
    expiredByOwn: database.prepare(
      `SELECT number, retention_ms FROM rooms
       WHERE oldest_at + retention_ms < ? AND oldest_at IS NOT NULL AND retention_ms > 0 LIMIT ?`,
    ),
    floor: database.prepare('SELECT floor FROM rooms WHERE number = ?'),
    lastExpired: database.prepare(
      'SELECT seq FROM runs WHERE room = ? AND at < ? AND first <= ? ORDER BY seq DESC LIMIT 1',
    ),
    bytesUpTo: database.prepare('SELECT SUM(bytes) AS bytes FROM runs WHERE room = ? AND seq <= ?'),
    deleteSlices: database.prepare('DELETE FROM slices WHERE room = ? AND seq <= ?'),
    runs: database.prepare('SELECT packed FROM runs WHERE room = ? AND seq <= ?'),
    deleteId: database.prepare('DELETE FROM entry_ids WHERE room = ? AND id = ?'),
    deleteRuns: database.prepare('DELETE FROM runs WHERE room = ? AND seq <= ?'),
    deleteAccess: database.prepare('DELETE FROM access WHERE room = ? AND until <= ?'),
    deleteWelcomes: database.prepare('DELETE FROM knocks WHERE room = ? AND seq <= ?'),
    raiseFloor: database.prepare(
      `UPDATE rooms SET floor = ?, log_bytes = log_bytes - ?,
         oldest_at = (SELECT at FROM runs WHERE room = ? AND first = ?) WHERE number = ?`,
    ),
    unused: database.prepare(
      `SELECT number, head, used_at,
         floor > head AND waiting_knocks = 0 AND (head > 0 OR invites = 0) AS is_empty
       FROM rooms WHERE number > ? ORDER BY number LIMIT ?`,
    ),
    deleteRoom: [
      ...tables.map((table) => database.prepare(`DELETE FROM ${table} WHERE room = ?`)),
      database.prepare('DELETE FROM rooms WHERE number = ?'),
    ],
  };
}
