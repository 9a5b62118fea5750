import { mapKey } from '../../bytes.ts';
import { bytesArray, idArray, numberArray } from './arrays.ts';
import type { PlainAppend } from './plainAppends.ts';
import { type RoomRow, roomColumns } from './roomRow.ts';
import type { Sql } from './session.ts';

/** A room as it was when it was locked, and what became of the appends to it. */
export interface RoomAppended extends RoomRow {
  /** Null when none of them was stored. */
  new_head: number | null;
  /** The same in all rows: some room has space for some of its appends only, and nothing at all was stored. */
  is_unsure: boolean;
  /** The same in all rows: appends, counted from 1, whose ids the log has, and where. */
  known: { n: number; seq: number; epoch: number }[] | null;
}

/** Of `by: 'relay'`, which needs no access key. */
const relayAccess = -1;

/**
 * Looks up known ids (rule L3), locks the rooms in the order of all nodes, leaves out what is known, other epochs (L4,
 * L8) and former access keys (A3), numbers the rest (L1) and stores it. The lookup comes first, since other nodes wait
 * while rooms are locked; that makes no difference, since a statement sees other tables as they were when it began. An
 * id that another node has stored meanwhile violates the unique index: nothing is stored, and it is tried again.
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
    ), known AS MATERIALIZED (
      SELECT a.n, e.seq, e.epoch FROM asked a
      JOIN LATERAL (SELECT number FROM rooms WHERE room = a.room LIMIT 1) r ON true
      JOIN LATERAL (SELECT seq, epoch FROM entries WHERE room = r.number AND id = a.id LIMIT 1) e ON true
    ), locked AS MATERIALIZED (
      SELECT ${sql.unsafe(roomColumns)} FROM rooms
      WHERE room = ANY(${bytesArray(rooms)}::bytea[]) AND (SELECT count(*) FROM known) >= 0
      ORDER BY number FOR NO KEY UPDATE
    ), placed AS MATERIALIZED (
      SELECT l.number, a.epoch, a.id, a.packed, octet_length(a.packed) AS bytes,
        l.head + row_number() OVER (PARTITION BY l.number ORDER BY a.n) AS seq,
        l.log_bytes + sum(octet_length(a.packed)) OVER room <= ${logBytesPerRoom} AS fits,
        l.log_bytes + min(octet_length(a.packed)) OVER room <= ${logBytesPerRoom} AS begins
      FROM asked a
      JOIN locked l ON l.room = a.room AND l.epoch = a.epoch AND a.access IN (l.epoch, ${relayAccess})
      WHERE a.n NOT IN (SELECT n FROM known)
      WINDOW room AS (PARTITION BY l.number)
    ), unsure AS MATERIALIZED (
      SELECT EXISTS (SELECT FROM placed WHERE begins AND NOT fits) AS is_unsure
    ), stored AS (
      INSERT INTO entries (room, seq, epoch, at, bytes, id, packed)
      SELECT number, seq, epoch, ${at}, bytes, id, packed FROM placed
      WHERE fits AND NOT (SELECT is_unsure FROM unsure)
    ), sure AS MATERIALIZED (
      SELECT number, max(seq) AS head, sum(bytes)::int8 AS bytes FROM placed
      WHERE fits AND NOT (SELECT is_unsure FROM unsure) GROUP BY number
    ), moved AS (
      UPDATE rooms SET head = s.head, log_bytes = rooms.log_bytes + s.bytes, used_at = ${at},
        oldest_at = COALESCE(rooms.oldest_at, ${at})
      FROM sure s WHERE rooms.number = s.number
    )
    SELECT l.*, s.head AS new_head, (SELECT json_agg(known) FROM known) AS known,
      (SELECT is_unsure FROM unsure) AS is_unsure
    FROM locked l LEFT JOIN sure s ON s.number = l.number`;
}
