import { limits } from '../limits.ts';
import type { Slice } from './entry.ts';
import type { RelayRequest } from './up.ts';

/**
 * A request to append in a frame of its own, rule W5. All numbers are unsigned and big-endian.
 *
 *     0x01 | acknowledgement id 4 | room 16 | id 16 | epoch 6 | seen 6 | flags 1 (1: from, 2: body) | [from 32]
 *          | number of slices 2 | (to 32 | length 2 | ciphertext)* | [body]
 */
export const appendFrameKind = 0x01;

const fixedBytes = 1 + 4 + 16 + 16 + 6 + 6 + 1;
const keyBytes = 32;
const sliceHeadBytes = keyBytes + 2;
const hasFrom = 1;
const hasBody = 2;
const maxSeq = 2 ** 40 - 1;
const maxEpoch = 2 ** 40;

/** A request whose every bound its decoder has checked: it fits `relayUp.append.request`. Its bytes are views. */
export class CheckedAppend implements RelayRequest<'append'> {
  readonly acknowledgementId: number;
  readonly room: Uint8Array;
  readonly id: Uint8Array;
  readonly epoch: number;
  readonly seen: number;
  readonly from?: Uint8Array | undefined;
  readonly slices: Slice[];
  readonly body?: Uint8Array | undefined;

  constructor(
    acknowledgementId: number,
    { room, id, epoch, seen, from, slices, body }: RelayRequest<'append'>,
  ) {
    this.acknowledgementId = acknowledgementId;
    this.room = room;
    this.id = id;
    this.epoch = epoch;
    this.seen = seen;
    this.from = from;
    this.slices = slices;
    this.body = body;
  }
}

/** What a frame says: a request within its bounds, or one that is well framed and beyond them (`undefined`). */
export interface AppendFrame {
  readonly acknowledgementId: number;
  readonly request: CheckedAppend | undefined;
}

/** Undefined for a request that has no place in a frame: one that the relay would refuse. */
export function encodeAppend(acknowledgementId: number, request: unknown): Buffer | undefined {
  if (!isFramable(request) || !isUnsigned(acknowledgementId, 2 ** 32 - 1)) return undefined;
  const { from, slices, body } = request;
  const slicesLength = slices.reduce((sum, { ciphertext }) => sum + sliceHeadBytes + ciphertext.length, 0);
  const frame = Buffer.allocUnsafe(
    fixedBytes + (from ? keyBytes : 0) + 2 + slicesLength + (body?.length ?? 0),
  );
  frame.writeUInt8(appendFrameKind, 0);
  frame.writeUInt32BE(acknowledgementId, 1);
  frame.set(request.room, 5);
  frame.set(request.id, 21);
  frame.writeUIntBE(request.epoch, 37, 6);
  frame.writeUIntBE(request.seen, 43, 6);
  frame.writeUInt8((from ? hasFrom : 0) | (body ? hasBody : 0), 49);
  let offset = fixedBytes;
  if (from) frame.set(from, offset);
  offset += from ? keyBytes : 0;
  offset = frame.writeUInt16BE(slices.length, offset);
  for (const { to, ciphertext } of slices) {
    frame.set(to, offset);
    offset = frame.writeUInt16BE(ciphertext.length, offset + keyBytes);
    frame.set(ciphertext, offset);
    offset += ciphertext.length;
  }
  if (body) frame.set(body, offset);
  return frame;
}

/** Throws for bytes that are no such frame. No length in it is believed: nothing is read or made beyond its end. */
export function decodeAppend(frame: Buffer): AppendFrame {
  if (frame.length < fixedBytes + 2) throw new RangeError('an append frame that ends too early');
  const flags = frame.readUInt8(49);
  if (flags > (hasFrom | hasBody)) throw new RangeError('an append frame with unknown flags');
  let offset = fixedBytes;
  let from: Buffer | undefined;
  if (flags & hasFrom) {
    from = frame.subarray(offset, offset + keyBytes);
    offset += keyBytes;
    if (offset + 2 > frame.length) throw new RangeError('an append frame that ends too early');
  }
  const count = frame.readUInt16BE(offset);
  const { slices, end, isBounded } = readSlices(frame, offset + 2, count);
  const body = flags & hasBody ? frame.subarray(end) : undefined;
  if (body === undefined && end !== frame.length) throw new RangeError('an append frame that ends too late');
  const acknowledgementId = frame.readUInt32BE(1);
  const epoch = frame.readUIntBE(37, 6);
  const seen = frame.readUIntBE(43, 6);
  const fits =
    isBounded &&
    epoch <= maxEpoch &&
    seen <= maxSeq &&
    (body === undefined ? from !== undefined : body.length > 0 && body.length <= limits.body);
  if (!fits) return { acknowledgementId, request: undefined };
  const place = { room: frame.subarray(5, 21), id: frame.subarray(21, 37), epoch, seen };
  const request = new CheckedAppend(acknowledgementId, { ...place, from, slices, body });
  return { acknowledgementId, request };
}

/** Slices beyond the bounds are walked over and not kept. */
function readSlices(frame: Buffer, start: number, count: number) {
  const slices: Slice[] = [];
  let isBounded = count <= limits.recipients;
  let offset = start;
  for (let index = 0; index < count; index++) {
    const begin = offset + sliceHeadBytes;
    if (begin > frame.length) throw new RangeError('an append frame that ends too early');
    const length = frame.readUInt16BE(begin - 2);
    const end = begin + length;
    if (end > frame.length) throw new RangeError('an append frame that ends too early');
    isBounded &&= length > 0 && length <= limits.slice;
    if (isBounded) {
      slices.push({ to: frame.subarray(offset, offset + keyBytes), ciphertext: frame.subarray(begin, end) });
    }
    offset = end;
  }
  return { slices, end: offset, isBounded };
}

/** Whether every field fits its place in the frame; whether it is within its bounds is the relay's to say. */
function isFramable(value: unknown): value is RelayRequest<'append'> {
  if (typeof value !== 'object' || value === null) return false;
  const { room, id, epoch, seen, from, slices, body } = value as Record<string, unknown>;
  return (
    isBytes(room, 16) &&
    isBytes(id, 16) &&
    isUnsigned(epoch, 2 ** 48 - 1) &&
    isUnsigned(seen, 2 ** 48 - 1) &&
    (from === undefined || isBytes(from, keyBytes)) &&
    (body === undefined || body instanceof Uint8Array) &&
    Array.isArray(slices) &&
    slices.length < 2 ** 16 &&
    slices.every(isFramableSlice)
  );
}

function isFramableSlice(value: unknown): value is Slice {
  if (typeof value !== 'object' || value === null) return false;
  const { to, ciphertext } = value as Record<string, unknown>;
  return isBytes(to, keyBytes) && ciphertext instanceof Uint8Array && ciphertext.length < 2 ** 16;
}

function isBytes(value: unknown, length: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length === length;
}

function isUnsigned(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max;
}
