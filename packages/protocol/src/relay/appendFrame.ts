import { limits } from '../limits.ts';
import type { Slice } from './entry.ts';
import type { RelayRequest } from './up.ts';

/**
 * A request to append in a frame of its own, rule W5. All numbers are unsigned and big-endian.
 *
 *     0x01 | acknowledgement id 4 | room 16 | id 16 | epoch 6 | seen 6
 *          | number of slices 2 | (to 32 | length 2 | ciphertext)* | body
 */
export const appendFrameKind = 0x01;

const fixedBytes = 1 + 4 + 16 + 16 + 6 + 6 + 2;
const keyBytes = 32;
const sliceHeadBytes = keyBytes + 2;
const maxSeq = 2 ** 40 - 1;
const maxEpoch = 2 ** 40;

/** A request whose every bound its decoder has checked: it fits `relayUp.append.request`. Its bytes are views. */
export class CheckedAppend implements RelayRequest<'append'> {
  readonly acknowledgementId: number;
  readonly room: Uint8Array;
  readonly id: Uint8Array;
  readonly epoch: number;
  readonly seen: number;
  readonly slices: Slice[];
  readonly body: Uint8Array;

  constructor(acknowledgementId: number, { room, id, epoch, seen, slices, body }: RelayRequest<'append'>) {
    this.acknowledgementId = acknowledgementId;
    this.room = room;
    this.id = id;
    this.epoch = epoch;
    this.seen = seen;
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
  const { slices, body } = request;
  const slicesLength = slices.reduce((sum, { ciphertext }) => sum + sliceHeadBytes + ciphertext.length, 0);
  const frame = Buffer.allocUnsafe(fixedBytes + slicesLength + body.length);
  frame.writeUInt8(appendFrameKind, 0);
  frame.writeUInt32BE(acknowledgementId, 1);
  frame.set(request.room, 5);
  frame.set(request.id, 21);
  frame.writeUIntBE(request.epoch, 37, 6);
  frame.writeUIntBE(request.seen, 43, 6);
  let offset = frame.writeUInt16BE(slices.length, 49);
  for (const { to, ciphertext } of slices) {
    frame.set(to, offset);
    offset = frame.writeUInt16BE(ciphertext.length, offset + keyBytes);
    frame.set(ciphertext, offset);
    offset += ciphertext.length;
  }
  frame.set(body, offset);
  return frame;
}

/** Throws for bytes that are no such frame. No length in it is believed: nothing is read or made beyond its end. */
export function decodeAppend(frame: Buffer): AppendFrame {
  if (frame.length < fixedBytes) throw new RangeError('an append frame that ends too early');
  const acknowledgementId = frame.readUInt32BE(1);
  const epoch = frame.readUIntBE(37, 6);
  const seen = frame.readUIntBE(43, 6);
  const { slices, end, isBounded } = readSlices(frame, fixedBytes, frame.readUInt16BE(49));
  const body = frame.subarray(end);
  const fits =
    isBounded && epoch <= maxEpoch && seen <= maxSeq && body.length > 0 && body.length <= limits.body;
  if (!fits) return { acknowledgementId, request: undefined };
  const place = { room: frame.subarray(5, 21), id: frame.subarray(21, 37), epoch, seen };
  return { acknowledgementId, request: new CheckedAppend(acknowledgementId, { ...place, slices, body }) };
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
  const { room, id, epoch, seen, slices, body } = value as Record<string, unknown>;
  return (
    isBytes(room, 16) &&
    isBytes(id, 16) &&
    isUnsigned(epoch, 2 ** 48 - 1) &&
    isUnsigned(seen, 2 ** 48 - 1) &&
    body instanceof Uint8Array &&
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
