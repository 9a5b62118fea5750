import { z } from 'zod';
import { isBytes } from '../bytes.ts';
import { limits } from '../limits.ts';
import { type Entry, entry, type Slice } from './entry.ts';

/**
 * An entry as it is stored and sent, rule W6: everyone in a room is given the same bytes, and a reader's own slices
 * behind them. All numbers are unsigned and big-endian.
 *
 *     kind 1 | seq 6 | epoch 6 | id 16 | length of the fields 4 | fields | slices: (to 32 | length 2 | ciphertext)*
 *
 *     1 message  body
 *     2 commit   access key 32 | body
 */
const kinds = ['message', 'commit'] as const satisfies Entry['kind'][];

const placeBytes = 1 + 6 + 6 + 16 + 4;
const keyBytes = 32;
const sliceHeadBytes = keyBytes + 2;

/** The entry without its slices. */
export function packEntry(unpacked: Entry): Buffer {
  const fields = fieldsOf(unpacked);
  const length = fields.reduce((sum, field) => sum + field.length, 0);
  const packed = Buffer.allocUnsafe(placeBytes + length);
  packed.writeUInt8(kinds.indexOf(unpacked.kind) + 1, 0);
  packed.writeUIntBE(unpacked.seq, 1, 6);
  packed.writeUIntBE(unpacked.epoch, 7, 6);
  packed.set(unpacked.id, 13);
  packed.writeUInt32BE(length, 29);
  let offset = placeBytes;
  for (const field of fields) {
    packed.set(field, offset);
    offset += field.length;
  }
  return packed;
}

/** A packed entry with these slices behind it. */
export function withSlices(packed: Buffer, slices: readonly Slice[]): Buffer {
  if (slices.length === 0) return packed;
  return Buffer.concat([
    packed,
    ...slices.flatMap(({ to, ciphertext }) => [to, sliceLength(ciphertext), ciphertext]),
  ]);
}

/** The entry with the slices behind it; undefined for bytes that are none. The fields are views of `packed`. */
export function unpackEntry(packed: Buffer): Entry | undefined {
  if (packed.length < placeBytes) return undefined;
  const end = placeBytes + packed.readUInt32BE(29);
  if (end > packed.length) return undefined;
  const slices = slicesFrom(packed, end);
  const kind = kinds[packed.readUInt8(0) - 1];
  if (kind === undefined || slices === undefined) return undefined;
  const place = { seq: seqOf(packed), epoch: epochOf(packed), id: idOf(packed) };
  const parsed = entry.safeParse({
    kind,
    ...place,
    slices,
    ...readFields(kind, packed.subarray(placeBytes, end)),
  });
  return parsed.success ? parsed.data : undefined;
}

/** Where the packed entry without slices that begins at `offset` ends; undefined where none can begin. */
export function packedEnd(bytes: Buffer, offset: number): number | undefined {
  const fields = offset + placeBytes;
  if (fields > bytes.length) return undefined;
  const end = fields + bytes.readUInt32BE(fields - 4);
  return end > bytes.length ? undefined : end;
}

/** `id` of a packed entry, a view. */
export function idOf(packed: Buffer): Buffer {
  return packed.subarray(13, 29);
}

/** `seq` of a packed entry. */
export function seqOf(packed: Buffer): number {
  return packed.readUIntBE(1, 6);
}

/** Gives a packed entry its place, in these bytes. */
export function setSeq(packed: Buffer, seq: number): void {
  packed.writeUIntBE(seq, 1, 6);
}

/** `epoch` of a packed entry. */
export function epochOf(packed: Buffer): number {
  return packed.readUIntBE(7, 6);
}

/** Whether a packed entry is a commit. */
export function isCommit(packed: Buffer): boolean {
  return kinds[packed.readUInt8(0) - 1] === 'commit';
}

/** A packed entry where it enters a process (rule W2): bytes in, an `Entry` out. */
export const packedEntry = z
  .custom<Uint8Array>(
    (value) => isBytes(value) && value.length <= limits.relayAnswer,
    'must be a packed entry',
  )
  .transform((bytes, context) => {
    const unpacked = unpackEntry(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (unpacked !== undefined) return unpacked;
    context.addIssue({ code: 'custom', message: 'must be a packed entry' });
    return z.NEVER;
  });

function fieldsOf(unpacked: Entry): Uint8Array[] {
  switch (unpacked.kind) {
    case 'message':
      return [unpacked.body];
    case 'commit':
      return [unpacked.accessKey, unpacked.body];
  }
}

/** What the schema then checks: missing bytes make fields that are too short. */
function readFields(kind: Entry['kind'], fields: Buffer): Record<string, unknown> {
  switch (kind) {
    case 'message':
      return { body: fields };
    case 'commit':
      return { accessKey: fields.subarray(0, keyBytes), body: fields.subarray(keyBytes) };
  }
}

function slicesFrom(packed: Buffer, start: number): Slice[] | undefined {
  const slices: Slice[] = [];
  let offset = start;
  while (offset < packed.length) {
    const begin = offset + sliceHeadBytes;
    if (begin > packed.length || slices.length >= limits.slicesPerReader) return undefined;
    const end = begin + packed.readUInt16BE(offset + keyBytes);
    if (end > packed.length) return undefined;
    slices.push({ to: packed.subarray(offset, offset + keyBytes), ciphertext: packed.subarray(begin, end) });
    offset = end;
  }
  return slices;
}

function sliceLength(ciphertext: Uint8Array): Buffer {
  const length = Buffer.allocUnsafe(2);
  length.writeUInt16BE(ciphertext.length);
  return length;
}
