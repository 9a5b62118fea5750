import type { DatabaseSync } from 'node:sqlite';
import { numberOf, type Row } from './rows.ts';

/** What is handled in one transaction: requests wait for it. */
const entriesAtOnce = 1_000;
const roomsAtOnce = 100;
/** Rooms of each look for abandoned ones. */
const roomsLookedAt = 10_000;
const year = 365 * 24 * 3_600_000;

type Statements = ReturnType<typeof prepare>;

/** Deletes what is past its time (rule L11); returns how many entries. Inside the caller's transaction. */
export type Prune = (at: number, retentionMs: number) => number;

export function preparedPrune(database: DatabaseSync): Prune {
  const sql = prepare(database);
  let lookedAt = 0;
  return (at, retentionMs) => {
    const expired = [
      ...sql.expired.all(at - retentionMs, roomsAtOnce),
      ...sql.expiredByOwn.all(at, roomsAtOnce),
    ];
    let entries = 0;
    for (const row of expired) {
      if (entries < entriesAtOnce) entries += pruneRoom(sql, row, at, retentionMs, entriesAtOnce - entries);
    }
    if (entries > 0) return entries;
    lookedAt = deleteAbandoned(sql, lookedAt, at, retentionMs);
    return 0;
  };
}

/** The clock may step back: everything up to the newest expired entry goes, so that no hole appears. */
function pruneRoom(sql: Statements, room: Row, at: number, relayRetentionMs: number, most: number): number {
  const number = numberOf(room, 'number');
  const ownMs = numberOf(room, 'retention_ms');
  const retentionMs = ownMs === 0 ? relayRetentionMs : Math.min(ownMs, relayRetentionMs);
  // A room that is past both limits is listed twice.
  const floor = numberOf(sql.floor.get(number) ?? {}, 'floor');
  const last = sql.lastExpired.get(number, at - retentionMs, floor + most - 1);
  if (last === undefined) return 0;
  const upTo = numberOf(last, 'seq');
  const bytes = numberOf(sql.bytesUpTo.get(number, upTo) ?? {}, 'bytes');
  sql.deleteSlices.run(number, upTo);
  sql.deleteEntries.run(number, upTo);
  // What a former access key opens, and the welcomes of a commit, go with the commit.
  sql.deleteAccess.run(number, upTo);
  sql.deleteWelcomes.run(number, upTo);
  sql.raiseFloor.run(upTo + 1, bytes, number, upTo + 1, number);
  return upTo + 1 - floor;
}

/**
 * Rooms that nobody uses. One that comes to life again cannot be put back, and costs some hundred bytes: it is kept
 * for a year after it was last written or entered. One that never had an entry has nothing to lose, since `createRoom`
 * makes it anew: it is kept as long as entries are.
 */
function deleteAbandoned(sql: Statements, after: number, at: number, retentionMs: number): number {
  const rooms = sql.unused.all(after, roomsLookedAt);
  for (const room of rooms) {
    const keptMs = numberOf(room, 'head') === 0 ? retentionMs : Math.max(year, 2 * retentionMs);
    if (numberOf(room, 'is_empty') === 1 && numberOf(room, 'used_at') < at - keptMs) {
      for (const statement of sql.deleteRoom) statement.run(numberOf(room, 'number'));
    }
  }
  const last = rooms.at(-1);
  return rooms.length < roomsLookedAt || last === undefined ? 0 : numberOf(last, 'number');
}

function prepare(database: DatabaseSync) {
  const tables = ['room_infos', 'access', 'marks', 'invites', 'knocks'];
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
      'SELECT seq FROM entries WHERE room = ? AND at < ? AND seq <= ? ORDER BY seq DESC LIMIT 1',
    ),
    bytesUpTo: database.prepare('SELECT SUM(bytes) AS bytes FROM entries WHERE room = ? AND seq <= ?'),
    deleteSlices: database.prepare('DELETE FROM slices WHERE room = ? AND seq <= ?'),
    deleteEntries: database.prepare('DELETE FROM entries WHERE room = ? AND seq <= ?'),
    deleteAccess: database.prepare('DELETE FROM access WHERE room = ? AND until <= ?'),
    deleteWelcomes: database.prepare('DELETE FROM knocks WHERE room = ? AND seq <= ?'),
    raiseFloor: database.prepare(
      `UPDATE rooms SET floor = ?, log_bytes = log_bytes - ?,
         oldest_at = (SELECT at FROM entries WHERE room = ? AND seq = ?) WHERE number = ?`,
    ),
    unused: database.prepare(
      `SELECT number, head, used_at,
         floor > head AND members = 0 AND waiting_knocks = 0 AND (head > 0 OR invites = 0) AS is_empty
       FROM rooms WHERE number > ? ORDER BY number LIMIT ?`,
    ),
    deleteRoom: [
      ...tables.map((table) => database.prepare(`DELETE FROM ${table} WHERE room = ?`)),
      database.prepare('DELETE FROM rooms WHERE number = ?'),
    ],
  };
}
