import type { Slice } from '@otr/protocol';
import type { NewEntry } from '../roomDraft.ts';
import { bytesArray, idArray, numberArray } from './arrays.ts';
import type { Sql } from './session.ts';

/** Bytes in one statement at the most: they take several times as much while it is made. */
const bytesAtOnce = 8 * 1024 * 1024;

export interface PlacedEntry {
  readonly room: number;
  readonly entry: NewEntry;
}

export async function insertEntries(sql: Sql, entries: readonly PlacedEntry[], at: number): Promise<void> {
  const parts = partsOf(entries, ({ entry }) => entry.packed.length);
  await Promise.all(parts.map((part) => insertPart(sql, part, at)));
}

export async function insertSlices(sql: Sql, entries: readonly PlacedEntry[]): Promise<void> {
  const slices = entries.flatMap(({ room, entry: { seq, slices } }) =>
    slices.map((slice) => ({ room, seq, slice })),
  );
  const parts = partsOf(slices, ({ slice }) => slice.to.length + slice.ciphertext.length);
  await Promise.all(parts.map((part) => insertSlicesPart(sql, part)));
}

async function insertPart(sql: Sql, part: readonly PlacedEntry[], at: number): Promise<void> {
  await sql`
    INSERT INTO entries (room, seq, epoch, at, bytes, id, packed)
    SELECT room, seq, epoch, ${at}, bytes, id, packed FROM unnest(
      ${numberArray(part.map(({ room }) => room))}::int8[],
      ${numberArray(part.map(({ entry }) => entry.seq))}::int8[],
      ${numberArray(part.map(({ entry }) => entry.epoch))}::int8[],
      ${numberArray(part.map(({ entry }) => entry.bytes))}::int4[],
      ${idArray(part.map(({ entry }) => entry.id))}::uuid[],
      ${bytesArray(part.map(({ entry }) => entry.packed))}::bytea[]
    ) n (room, seq, epoch, bytes, id, packed)`;
}

async function insertSlicesPart(
  sql: Sql,
  part: readonly { room: number; seq: number; slice: Slice }[],
): Promise<void> {
  await sql`
    INSERT INTO slices (room, seq, to_key, ciphertext)
    SELECT * FROM unnest(
      ${numberArray(part.map(({ room }) => room))}::int8[],
      ${numberArray(part.map(({ seq }) => seq))}::int8[],
      ${bytesArray(part.map(({ slice }) => slice.to))}::bytea[],
      ${bytesArray(part.map(({ slice }) => slice.ciphertext))}::bytea[]
    )`;
}

function partsOf<Row>(rows: readonly Row[], bytesOf: (row: Row) => number): Row[][] {
  const parts: Row[][] = [];
  let left = 0;
  for (const row of rows) {
    if (bytesOf(row) > left || parts.length === 0) {
      parts.push([]);
      left = bytesAtOnce;
    }
    parts.at(-1)?.push(row);
    left -= bytesOf(row);
  }
  return parts;
}
