import { epoch, limits, relayDown, seq, seqOf } from '@otr/protocol';
import { z } from 'zod';
import type { RoomEvent } from './fanout.ts';

/**
 * A room event as it travels between processes. The room is not in it: the channel says which one it is. All numbers
 * are unsigned and big-endian.
 *
 *     kind 1 | fields
 *
 *      1 entries         first 6 | last 6 | all of them or none: (length 4 | packed entry)*
 *      2 keyCleanup      access 6
 *      3 volatile        access 6 | sealed
 *      4 knock           access 6 | id 16 | invite 32 | key package reference 32 | sealed
 *      5 knockEnded      access 6 | id 16
 *      6 welcome         id 16 | seq 6 | sealed
 *      7 knockDismissed  id 16
 */
const kinds = [
  'entries',
  'keyCleanup',
  'volatile',
  'knock',
  'knockEnded',
  'welcome',
  'knockDismissed',
] as const satisfies RoomEvent['kind'][];

const numberBytes = 6;
const lengthBytes = 4;
const rangeBytes = 2 * numberBytes;
const idBytes = 16;
const keyBytes = 32;
/** Of a packed entry, what stands before its fields; the last four say how long they are (rule W6). */
const placeBytes = 33;

type EntriesEvent = RoomEvent & { kind: 'entries' };

export function encodeRoomEvent(event: RoomEvent): Buffer {
  const kind = Uint8Array.of(kinds.indexOf(event.kind) + 1);
  return Buffer.concat([kind, ...(event.kind === 'entries' ? entriesFields(event) : fieldsOf(event))]);
}

/** The event that these bytes are in this room; undefined for bytes that are none. Its fields are views of them. */
export function decodeRoomEvent(room: Uint8Array, bytes: Buffer): RoomEvent | undefined {
  const kind = kinds[(bytes[0] ?? 0) - 1];
  if (kind === undefined) return undefined;
  const fields = bytes.subarray(1);
  if (kind === 'entries') return readEntries(room, fields);
  const read = readFields(kind, room, fields);
  if (read === undefined) return undefined;
  const parsed = roomEvent.safeParse({ kind, ...read });
  return parsed.success ? parsed.data : undefined;
}

function fieldsOf(event: Exclude<RoomEvent, EntriesEvent>): Uint8Array[] {
  switch (event.kind) {
    case 'keyCleanup':
      return [number(event.access)];
    case 'volatile':
      return [number(event.access), event.message.sealed];
    case 'knock': {
      const { id, invite, keyPackageRef, sealed } = event.message.knock;
      return [number(event.access), id, invite, keyPackageRef, sealed];
    }
    case 'knockEnded':
      return [number(event.access), event.message.id];
    case 'welcome':
      return [event.message.id, number(event.message.seq), event.message.sealed];
    case 'knockDismissed':
      return [event.message.id];
  }
}

/** What `readFields` gives has these shapes, or is no event. */
const roomEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('keyCleanup'), access: epoch, message: relayDown.keyCleanup }),
  z.object({ kind: z.literal('volatile'), access: epoch, message: relayDown.volatile }),
  z.object({ kind: z.literal('knock'), access: epoch, message: relayDown.knock }),
  z.object({ kind: z.literal('knockEnded'), access: epoch, message: relayDown.knockEnded }),
  z.object({ kind: z.literal('welcome'), message: relayDown.welcome }),
  z.object({ kind: z.literal('knockDismissed'), message: relayDown.knockDismissed }),
]);

/** What the schema then checks: missing bytes make fields that are too short. Undefined where some are left over. */
function readFields(
  kind: Exclude<RoomEvent['kind'], 'entries'>,
  room: Uint8Array,
  fields: Buffer,
): Record<string, unknown> | undefined {
  const access = readNumber(fields);
  const rest = fields.subarray(numberBytes);
  switch (kind) {
    case 'keyCleanup':
      return rest.length === 0 ? { access, message: { room } } : undefined;
    case 'volatile':
      return { access, message: { room, sealed: rest } };
    case 'knock':
      return { access, message: { room, knock: readKnock(rest) } };
    case 'knockEnded':
      return { access, message: { room, id: rest } };
    case 'welcome':
      return { message: { room, ...readWelcome(fields) } };
    case 'knockDismissed':
      return { message: { room, id: fields } };
  }
}

function readKnock(fields: Buffer): Record<string, unknown> {
  const invite = fields.subarray(idBytes, idBytes + keyBytes);
  const keyPackageRef = fields.subarray(idBytes + keyBytes, idBytes + 2 * keyBytes);
  return {
    id: fields.subarray(0, idBytes),
    invite,
    keyPackageRef,
    sealed: fields.subarray(idBytes + 2 * keyBytes),
  };
}

function readWelcome(fields: Buffer): Record<string, unknown> {
  return {
    id: fields.subarray(0, idBytes),
    seq: readNumber(fields.subarray(idBytes)),
    sealed: fields.subarray(idBytes + numberBytes),
  };
}

function readNumber(fields: Buffer): number | undefined {
  return fields.length < numberBytes ? undefined : fields.readUIntBE(0, numberBytes);
}

/** The entries stay behind where they are too much for one message: the log has them. */
function entriesFields({ first, last, packed = [] }: EntriesEvent): Uint8Array[] {
  const range = [number(first), number(last)];
  const size = packed.reduce((sum, entry) => sum + lengthBytes + entry.length, 0);
  return size > limits.relayFrame ? range : [...range, ...packed.flatMap((entry) => [length(entry), entry])];
}

/** By hand, since this is the one that comes by the thousands a second. */
function readEntries(room: Uint8Array, fields: Buffer): EntriesEvent | undefined {
  if (fields.length < rangeBytes || fields.length > rangeBytes + limits.relayFrame) return undefined;
  const first = fields.readUIntBE(0, numberBytes);
  const last = fields.readUIntBE(numberBytes, numberBytes);
  if (!seq.safeParse(first).success || !seq.safeParse(last).success || last < first) return undefined;
  if (fields.length === rangeBytes) return { kind: 'entries', room, first, last };
  const packed = readPacked(fields.subarray(rangeBytes), first);
  return packed?.length === last - first + 1 ? { kind: 'entries', room, first, last, packed } : undefined;
}

/** Entries whose places are `first` and those after it. */
function readPacked(fields: Buffer, first: number): Buffer[] | undefined {
  const packed: Buffer[] = [];
  let offset = 0;
  while (offset < fields.length) {
    const begin = offset + lengthBytes;
    if (begin > fields.length) return undefined;
    const end = begin + fields.readUInt32BE(offset);
    const entry = fields.subarray(begin, end);
    if (end > fields.length || !isPackedAt(entry, first + packed.length)) return undefined;
    packed.push(entry);
    offset = end;
  }
  return packed;
}

/** Whether this is an entry without slices at this place. What its fields mean is for its readers to find out. */
function isPackedAt(entry: Buffer, place: number): boolean {
  return (
    entry.length >= placeBytes &&
    entry.length === placeBytes + entry.readUInt32BE(placeBytes - lengthBytes) &&
    seqOf(entry) === place
  );
}

function number(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(numberBytes);
  bytes.writeUIntBE(value, 0, numberBytes);
  return bytes;
}

function length(bytes: Uint8Array): Buffer {
  const prefix = Buffer.allocUnsafe(lengthBytes);
  prefix.writeUInt32BE(bytes.length);
  return prefix;
}
