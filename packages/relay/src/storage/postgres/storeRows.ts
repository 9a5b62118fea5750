import { fromMapKey } from '../../bytes.ts';
import type { StoredKnock } from '../facts.ts';
import type { AccessRow } from '../roomDraft.ts';
import { bytesArray, idArray, numberArray } from './arrays.ts';
import type { Sql } from './session.ts';

/** The final value of one row of a room. `key` is a map key; `value` undefined deletes the row. */
export interface Changed<Value> {
  readonly room: number;
  readonly key: string;
  readonly value: Value | undefined;
}

interface Put<Value> {
  readonly room: number;
  readonly key: string;
  readonly value: Value;
}

export async function putAccess(sql: Sql, rows: readonly { room: number; row: AccessRow }[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    INSERT INTO access (room, epoch, access_key, until)
    SELECT * FROM unnest(
      ${roomsOf(rows)}::int8[],
      ${numberArray(rows.map(({ row }) => row.epoch))}::int8[],
      ${bytesArray(rows.map(({ row }) => row.accessKey))}::bytea[],
      ${numberArray(rows.map(({ row }) => row.until))}::int8[]
    )
    ON CONFLICT (room, epoch) DO UPDATE SET until = EXCLUDED.until`;
}

export async function putInvites(sql: Sql, rows: readonly Changed<Uint8Array>[]): Promise<void> {
  const { put, gone } = split(rows);
  if (gone.length > 0) {
    await sql`
      DELETE FROM invites i USING unnest(${roomsOf(gone)}::int8[], ${keysOf(gone)}::bytea[]) n (room, key)
      WHERE i.room = n.room AND i.invite = n.key`;
  }
  if (put.length === 0) return;
  await sql`
    INSERT INTO invites (room, invite) SELECT * FROM unnest(${roomsOf(put)}::int8[], ${keysOf(put)}::bytea[])
    ON CONFLICT DO NOTHING`;
}

export async function putKnocks(sql: Sql, rows: readonly Changed<StoredKnock>[], at: number): Promise<void> {
  const { put, gone } = split(rows);
  if (gone.length > 0) {
    await sql`
      DELETE FROM knocks k
      USING unnest(${roomsOf(gone)}::int8[], ${idArray(gone.map(({ key }) => fromMapKey(key)))}::uuid[]) n (room, id)
      WHERE k.room = n.room AND k.id = n.id`;
  }
  if (put.length === 0) return;
  await sql`
    INSERT INTO knocks (room, id, invite, key_package_ref, answered_at, seq, sealed)
    SELECT room, id, invite, ref, ${at}, seq, sealed FROM unnest(
      ${roomsOf(put)}::int8[],
      ${idArray(put.map(({ value }) => value.id))}::uuid[],
      ${bytesArray(put.map(({ value }) => value.invite))}::bytea[],
      ${bytesArray(put.map(({ value }) => value.keyPackageRef))}::bytea[],
      ${numberArray(put.map(({ value }) => value.seq))}::int8[],
      ${bytesArray(put.map(({ value }) => value.sealed))}::bytea[]
    ) WITH ORDINALITY n (room, id, invite, ref, seq, sealed, place)
    ORDER BY place
    ON CONFLICT (room, id) DO UPDATE SET invite = EXCLUDED.invite, key_package_ref = EXCLUDED.key_package_ref,
      seq = EXCLUDED.seq, sealed = EXCLUDED.sealed`;
}

function split<Value>(rows: readonly Changed<Value>[]): { put: Put<Value>[]; gone: Changed<Value>[] } {
  return {
    put: rows.flatMap(({ room, key, value }) => (value === undefined ? [] : [{ room, key, value }])),
    gone: rows.filter(({ value }) => value === undefined),
  };
}

function roomsOf(rows: readonly { room: number }[]): string {
  return numberArray(rows.map(({ room }) => room));
}

function keysOf(rows: readonly { key: string }[]): string {
  return bytesArray(rows.map(({ key }) => fromMapKey(key)));
}
