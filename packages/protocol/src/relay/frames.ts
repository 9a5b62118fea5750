/**
 * What the relay sends in frames of its own, rule W5. All numbers are unsigned and big-endian.
 *
 *     0x02 | number of acknowledgements 2 | (acknowledgement id 4 | seq 6)*
 *     0x03 | room 16 | number of entries 2 | (length 4 | packed entry, the reader's own slices behind it)*
 */
export const acknowledgementsFrameKind = 0x02;
export const entriesFrameKind = 0x03;

/** Both counts are 16 bits long. */
export const countPerFrame = 2 ** 16 - 1;

const acknowledgementBytes = 4 + 6;
const acknowledgementsHeadBytes = 1 + 2;
const roomBytes = 16;
const entriesHeadBytes = 1 + roomBytes + 2;

/** The entry of the request that Socket.IO numbered `id` is at `seq`. */
export interface AppendAcknowledgement {
  readonly id: number;
  readonly seq: number;
}

/** At most `countPerFrame` of them. */
export function encodeAcknowledgements(acknowledgements: readonly AppendAcknowledgement[]): Buffer {
  const frame = Buffer.allocUnsafe(
    acknowledgementsHeadBytes + acknowledgements.length * acknowledgementBytes,
  );
  frame.writeUInt8(acknowledgementsFrameKind, 0);
  let offset = frame.writeUInt16BE(acknowledgements.length, 1);
  for (const { id, seq } of acknowledgements) {
    offset = frame.writeUInt32BE(id, offset);
    offset = frame.writeUIntBE(seq, offset, 6);
  }
  return frame;
}

/** Throws for bytes that are no such frame. */
export function decodeAcknowledgements(frame: Buffer): AppendAcknowledgement[] {
  if (frame.length < acknowledgementsHeadBytes) throw new RangeError('acknowledgements without their number');
  const count = frame.readUInt16BE(1);
  if (frame.length !== acknowledgementsHeadBytes + count * acknowledgementBytes) {
    throw new RangeError('acknowledgements of another length than they say');
  }
  return Array.from({ length: count }, (_, index) => {
    const offset = acknowledgementsHeadBytes + index * acknowledgementBytes;
    return { id: frame.readUInt32BE(offset), seq: frame.readUIntBE(offset + 4, 6) };
  });
}

/** What an entry of so many bytes takes in a frame. */
export function framedEntryBytes(packedBytes: number): number {
  return 4 + packedBytes;
}

/** At most `countPerFrame` entries, each packed, with the reader's own slices behind it. */
export function encodeEntries(room: Uint8Array, entries: readonly Uint8Array[]): Buffer {
  const bytes = entries.reduce((sum, packed) => sum + framedEntryBytes(packed.length), entriesHeadBytes);
  const frame = Buffer.allocUnsafe(bytes);
  frame.writeUInt8(entriesFrameKind, 0);
  frame.set(room, 1);
  let offset = frame.writeUInt16BE(entries.length, 1 + roomBytes);
  for (const packed of entries) {
    offset = frame.writeUInt32BE(packed.length, offset);
    frame.set(packed, offset);
    offset += packed.length;
  }
  return frame;
}

/** Throws for bytes that are no such frame. The entries are views and not unpacked: the event's schema does that. */
export function decodeEntries(frame: Buffer): { room: Buffer; entries: Buffer[] } {
  if (frame.length < entriesHeadBytes) throw new RangeError('entries without their room or number');
  const count = frame.readUInt16BE(1 + roomBytes);
  const entries: Buffer[] = [];
  let offset = entriesHeadBytes;
  for (let index = 0; index < count; index++) {
    const begin = offset + 4;
    if (begin > frame.length) throw new RangeError('entries that end too early');
    const end = begin + frame.readUInt32BE(offset);
    if (end > frame.length) throw new RangeError('entries that end too early');
    entries.push(frame.subarray(begin, end));
    offset = end;
  }
  if (offset !== frame.length) throw new RangeError('entries that end too late');
  return { room: frame.subarray(1, 1 + roomBytes), entries };
}
