import type { Entry, Slice } from '@otr/protocol';
import { asBuffer } from '../bytes.ts';

/** A row as `node:sqlite` gives it. */
export type Row = Record<string, unknown>;

export function bytesOf(row: Row, column: string): Buffer {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw new TypeError(`column ${column} holds no bytes`);
  return asBuffer(value);
}

export function numberOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new TypeError(`column ${column} holds no number`);
  return value;
}

/** A row of `entries` with these slices. */
export function entryOf(row: Row, slices: () => Slice[]): Entry {
  const place = { seq: numberOf(row, 'seq'), id: bytesOf(row, 'id'), epoch: numberOf(row, 'epoch') };
  const key = bytesOf(row, 'key');
  switch (row['kind']) {
    case 'registerKey':
      return {
        kind: 'registerKey',
        ...place,
        publicKey: key,
        sealedProfile: bytesOf(row, 'sealed_profile'),
        tag: bytesOf(row, 'tag'),
      };
    case 'removeKey':
      return {
        kind: 'removeKey',
        ...place,
        publicKey: key,
        reason: row['reason'] === 'left' ? 'left' : 'cleanup',
      };
    case 'envelope': {
      const body = row['body'] === null ? {} : { body: bytesOf(row, 'body') };
      return { kind: 'envelope', ...place, from: key, slices: slices(), ...body };
    }
    default:
      throw new TypeError('entry of an unknown kind');
  }
}

/** Roughly what an entry takes on the wire and on disk, in bytes. */
export function sizeOf(entry: Entry): number {
  const place = 128;
  if (entry.kind === 'removeKey') return place;
  if (entry.kind === 'registerKey') return place + entry.sealedProfile.length;
  return entry.slices.reduce(
    (sum, slice) => sum + 48 + slice.ciphertext.length,
    place + (entry.body?.length ?? 0),
  );
}
