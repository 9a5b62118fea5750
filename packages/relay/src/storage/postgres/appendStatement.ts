import { mapKey } from '../../bytes.ts';
import { bytesArray, idArray, numberArray } from './arrays.ts';
import type { PlainAppend } from './plainAppends.ts';
import { type RoomRow, roomColumns } from './roomRow.ts';
import type { Sql } from './session.ts';

/** A room as it was when it was locked, and what became of the appends to it. */
export interface RoomAppended extends RoomRow {
  /** Null when none of them could be stored. */
  new_head: number | null;
  /** False when they would fill the room: then none is stored. */
  fits: boolean | null;
  /** The same in all rows: appends, counted from 1, whose ids the log has, and where. */
  known: { n: number; seq: number; epoch: number }[] | null;
}

/** Of `by: 'relay'`, which needs no access key. */
const relayAccess = -1;

/**
 * Locks the rooms in the order of all nodes, leaves out known ids (rule L3), other epochs (L4, L8) and former access
 * keys (A3), numbers the rest (L1) and stores them. An id that another node stores in this moment violates the unique
 * index: nothing is stored, and the statement is tried again.
 */
export async function appendStatement(
  sql: Sql,
  appends: readonly PlainAppend[],
  logBytesPerRoom: number,
  at: number,
): Promise<RoomAppended[]> {
  const writes = appends.map(({ write }) => write);
  const rooms = new Map(writes.map(({ room }) => [mapKey(room), room])).values();
  return await sql<RoomAppended[]>`
    WITH asked AS MATERIALIZED (
      SELECT * FROM unnest(
        ${bytesArray(writes.map(({ room }) => room))}::bytea[],
        ${idArray(writes.map(({ id }) => id))}::uuid[],
        ${numberArray(writes.map(({ epoch }) => epoch))}::int8[],
        ${numberArray(writes.map(({ by }) => (by === 'relay' ? relayAccess : by.access)))}::int8[],
        ${bytesArray(appends.map(({ packed }) => packed))}::bytea[]
      ) WITH ORDINALITY AS asked (room, id, epoch, access, packed, n)
    ), locked AS MATERIALIZED (
      SELECT ${sql.unsafe(roomColumns)} FROM rooms
      WHERE room = ANY(${bytesArray(rooms)}::bytea[]) ORDER BY number FOR NO KEY UPDATE
    ), known AS MATERIALIZED (
      SELECT a.n, e.seq, e.epoch FROM asked a
      JOIN locked l ON l.room = a.room JOIN entries e ON e.room = l.number AND e.id = a.id
    ), placed AS MATERIALIZED (
      SELECT l.number, l.log_bytes, a.epoch, a.id, a.packed, octet_length(a.packed) AS bytes,
        l.head + row_number() OVER (PARTITION BY l.number ORDER BY a.n) AS seq
      FROM asked a
      JOIN locked l ON l.room = a.room AND l.epoch = a.epoch AND l.members = 0
        AND (l.access = a.access OR a.access = ${relayAccess})
      WHERE NOT EXISTS (SELECT FROM known k WHERE k.n = a.n)
    ), grown AS MATERIALIZED (
      SELECT number, max(seq) AS head, sum(bytes)::int8 AS bytes,
        min(log_bytes) + sum(bytes) <= ${logBytesPerRoom} AS fits
      FROM placed GROUP BY number
    ), stored AS (
      INSERT INTO entries (room, seq, epoch, at, bytes, id, packed)
      SELECT p.number, p.seq, p.epoch, ${at}, p.bytes, p.id, p.packed
      FROM placed p JOIN grown g ON g.number = p.number AND g.fits
    ), moved AS (
      UPDATE rooms SET head = g.head, log_bytes = rooms.log_bytes + g.bytes, used_at = ${at},
        oldest_at = COALESCE(rooms.oldest_at, ${at})
      FROM grown g WHERE rooms.number = g.number AND g.fits
    )
    SELECT l.*, g.head AS new_head, g.fits, (SELECT json_agg(known) FROM known) AS known
    FROM locked l LEFT JOIN grown g ON g.number = l.number`;
}
