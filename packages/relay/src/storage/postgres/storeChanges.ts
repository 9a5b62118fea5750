import { mapKey } from '../../bytes.ts';
import type { RoomChanges } from '../roomDraft.ts';
import { bytesArray, numberArray } from './arrays.ts';
import type { Sql } from './session.ts';
import { insertEntries, insertSlices } from './storeEntries.ts';
import { type Changed, putAccess, putInvites, putKnocks } from './storeRows.ts';

type Numbered = { readonly room: number; readonly change: RoomChanges };

/** Stores what was decided, in a transaction: some statements for each table that changes, sent together. */
export async function storeChanges(
  sql: Sql,
  changes: readonly RoomChanges[],
  numbers: ReadonlyMap<string, number>,
  at: number,
): Promise<void> {
  const created = await createRooms(sql, changes);
  const numbered = changes.map((change) => {
    const name = mapKey(change.after.room);
    const room = numbers.get(name) ?? created.get(name);
    if (room === undefined) throw new Error('a room has no number');
    return { room, change };
  });
  const rows = <Value>(map: (change: RoomChanges) => ReadonlyMap<string, Value | undefined>) =>
    numbered.flatMap(({ room, change }) => changedRows(room, map(change)));
  const entries = numbered.flatMap(({ room, change }) => change.entries.map((entry) => ({ room, entry })));
  await Promise.all([
    updateRooms(sql, numbered, at),
    insertEntries(sql, entries, at),
    insertSlices(sql, entries),
    putAccess(
      sql,
      numbered.flatMap(({ room, change }) => [...change.access.values()].map((row) => ({ room, row }))),
    ),
    putInvites(
      sql,
      rows((change) => change.invites),
    ),
    putKnocks(
      sql,
      rows((change) => change.knocks),
      at,
    ),
  ]);
}

function changedRows<Value>(room: number, map: ReadonlyMap<string, Value | undefined>): Changed<Value>[] {
  return [...map].map(([key, value]) => ({ room, key, value }));
}

/** Another node that creates one of them at the same time fails this transaction; it is tried again. */
async function createRooms(sql: Sql, changes: readonly RoomChanges[]): Promise<Map<string, number>> {
  const states = changes.flatMap(({ before, after }) => (before === undefined ? [after] : []));
  if (states.length === 0) return new Map();
  const rooms = bytesArray(states.map(({ room }) => room));
  const keys = bytesArray(states.map(({ firstAccessKey }) => firstAccessKey));
  const created = await sql<{ number: number; room: Buffer }[]>`
    INSERT INTO rooms (room, first_access_key, access_key, epoch, head, log_bytes, waiting_knocks, invites,
      retention_ms, used_at)
    SELECT room, key, key, 0, 0, 0, 0, 0, 0, 0 FROM unnest(${rooms}::bytea[], ${keys}::bytea[]) n (room, key)
    ORDER BY room RETURNING number, room`;
  return new Map(created.map(({ number, room }) => [mapKey(room), number]));
}

async function updateRooms(sql: Sql, rooms: readonly Numbered[], at: number): Promise<void> {
  if (rooms.length === 0) return;
  const column = (value: (change: RoomChanges) => number) =>
    numberArray(rooms.map(({ change }) => value(change)));
  await sql`
    UPDATE rooms SET access_key = n.access_key, epoch = n.epoch, head = n.head, log_bytes = n.log_bytes,
      waiting_knocks = n.waiting_knocks, invites = n.invites, retention_ms = n.retention_ms, used_at = n.used_at,
      oldest_at = CASE WHEN n.entries > 0 THEN COALESCE(oldest_at, ${at}) ELSE oldest_at END
    FROM unnest(
      ${numberArray(rooms.map(({ room }) => room))}::int8[],
      ${bytesArray(rooms.map(({ change }) => change.after.accessKey))}::bytea[],
      ${column(({ after }) => after.epoch)}::int8[],
      ${column(({ after }) => after.head)}::int8[],
      ${column(({ after }) => after.logBytes)}::int8[],
      ${column(({ after }) => after.waitingKnocks)}::int4[],
      ${column(({ after }) => after.invites)}::int4[],
      ${column(({ after }) => after.retentionMs)}::int8[],
      ${column(({ after }) => after.usedAt)}::int8[],
      ${column(({ entries }) => entries.length)}::int4[]
    ) n (number, access_key, epoch, head, log_bytes, waiting_knocks, invites, retention_ms, used_at, entries)
    WHERE rooms.number = n.number`;
}
