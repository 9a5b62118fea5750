import { mapKey } from '../../bytes.ts';
import { bytesArray, idArray, numberArray } from './arrays.ts';
import type { PlainAppend } from './plainAppends.ts';
import type { RoomRow } from './roomRow.ts';
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
  const { rooms, places } = distinctRooms(writes.map(({ room }) => room));
  return await sql<RoomAppended[]>`
    WITH asked AS MATERIALIZED (
      SELECT * FROM unnest(
        ${numberArray(places)}::int4[],
        ${idArray(writes.map(({ id }) => id))}::uuid[],
        ${numberArray(writes.map(({ epoch }) => epoch))}::int8[],
        ${numberArray(writes.map(({ by }) => (by === 'relay' ? relayAccess : by.access)))}::int8[],
        ${bytesArray(appends.map(({ packed }) => packed))}::bytea[]
      ) WITH ORDINALITY AS asked (room, id, epoch, access, packed, n)
    ), named AS MATERIALIZED (
      SELECT w.place, r.number FROM unnest(${bytesArray(rooms)}::bytea[]) WITH ORDINALITY AS w (room, place)
      JOIN LATERAL (SELECT number FROM rooms WHERE rooms.room = w.room LIMIT 1) r ON true
    ), known AS MATERIALIZED (
      SELECT a.n, e.seq, e.epoch FROM asked a JOIN named ON named.place = a.room
      JOIN LATERAL (SELECT seq, epoch FROM entries WHERE room = named.number AND id = a.id LIMIT 1) e ON true
    ), locked AS MATERIALIZED (
      SELECT sorted.place, r.* FROM (
        SELECT place, number FROM named WHERE (SELECT count(*) FROM known) >= 0 ORDER BY number OFFSET 0
      ) sorted
      JOIN LATERAL (SELECT * FROM rooms WHERE rooms.number = sorted.number FOR NO KEY UPDATE) r ON true
    ), placed AS MATERIALIZED (
      SELECT l.number, a.epoch, a.id, a.packed, octet_length(a.packed) AS bytes,
        l.head + row_number() OVER (PARTITION BY l.number ORDER BY a.n) AS seq,
        l.log_bytes + sum(octet_length(a.packed)) OVER room <= ${logBytesPerRoom} AS fits,
        l.log_bytes + min(octet_length(a.packed)) OVER room <= ${logBytesPerRoom} AS begins
      FROM asked a
      JOIN locked l ON l.place = a.room AND l.epoch = a.epoch AND l.members = 0
        AND (l.access = a.access OR a.access = ${relayAccess})
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

/** Each room once, and for each append the place of its room, counted from 1. */
function distinctRooms(ofAppends: readonly Uint8Array[]): { rooms: Uint8Array[]; places: number[] } {
  const rooms: Uint8Array[] = [];
  const known = new Map<string, number>();
  const places = ofAppends.map((room) => {
    const name = mapKey(room);
    const place = known.get(name) ?? rooms.push(room);
    known.set(name, place);
    return place;
  });
  return { rooms, places };
}
