import { encodeEntries, framedEntryBytes, limits, type Slice, withSlices } from '@otr/protocol';
import { mapKey } from './bytes.ts';
import type { Listener, Reader, RoomLive } from './roomLive.ts';
import { asSent, type LogEntry } from './storage/logEntry.ts';
import { webSocketFrame } from './webSocketFrame.ts';

/** Entries that make a larger frame are sent as several. */
const frameBytes = limits.relayFrame / 2;

/** Of an entry that was just appended: the slice of each public key (as a map key). */
type SlicesByKey = ReadonlyMap<string, Slice>;

/**
 * Brings entries to those connections of their room that may read them (rule A4), to each with its own slices only
 * (rule L5). What is the same for all is encoded once. `opened` is the epoch that the newest commit before them opened:
 * not what somebody has proven since, who may know of commits that this node has still to deliver. Returns how many
 * entries were sent, counted for each connection.
 */
export function deliverEntries(
  live: RoomLive,
  room: Uint8Array,
  entries: readonly LogEntry[],
  opened: number,
): number {
  const slices = entries.map(slicesByKey);
  const isForAll = slices.every((byKey) => byKey === undefined);
  const toAll = memo((end) => framesOf(room, entries.slice(0, end).map(packedOf)));
  let delivered = 0;
  for (const [listener, reader] of live.listeners(room)) {
    if (reader.access < opened) continue;
    const [start, end] = [firstUntold(entries, reader), endOfAccess(entries, reader)];
    if (start >= end) continue;
    const isShared = start === 0 && (isForAll || !isAddressed(slices, reader));
    send(
      listener,
      room,
      isShared ? toAll(end) : framesOf(room, ownEntries(entries, slices, reader, start, end)),
    );
    delivered += end - start;
  }
  return delivered;
}

/** Entries with the slices that this connection gets of them already. */
export function deliverTo(listener: Listener, room: Uint8Array, entries: readonly LogEntry[]): void {
  send(listener, room, framesOf(room, entries.map(asSent)));
}

function send(listener: Listener, room: Uint8Array, frames: readonly Buffer[]): void {
  for (const frame of frames) listener.sendEntries(room, frame);
}

/** It may have entered while these were on their way, and have been told of some of them then. */
function firstUntold(entries: readonly LogEntry[], { after }: Reader): number {
  if ((entries[0]?.seq ?? 0) > after) return 0;
  const first = entries.findIndex(({ seq }) => seq > after);
  return first === -1 ? entries.length : first;
}

/** An access key opens what is up to the commit that ends its epoch, and nothing after (rule A4). */
function endOfAccess(entries: readonly LogEntry[], { access }: Reader): number {
  const end = entries.findIndex(({ isCommit, epoch }) => isCommit && epoch > access);
  return end === -1 ? entries.length : end + 1;
}

function packedOf({ packed }: LogEntry): Buffer {
  return packed;
}

function slicesByKey({ slices }: LogEntry): SlicesByKey | undefined {
  return slices.length === 0 ? undefined : new Map(slices.map((slice) => [mapKey(slice.to), slice]));
}

function isAddressed(slices: readonly (SlicesByKey | undefined)[], { keys }: Reader): boolean {
  for (const key of keys) if (slices.some((byKey) => byKey?.has(key))) return true;
  return false;
}

function ownEntries(
  entries: readonly LogEntry[],
  slices: readonly (SlicesByKey | undefined)[],
  { keys }: Reader,
  start: number,
  end: number,
): Buffer[] {
  return entries.slice(start, end).map(({ packed }, index) => {
    const own: Slice[] = [];
    for (const key of keys) {
      const slice = slices[start + index]?.get(key);
      if (slice) own.push(slice);
    }
    return withSlices(packed, own);
  });
}

/** The same answer for the same number, made once. */
function memo<Made>(make: (of: number) => Made): (of: number) => Made {
  const made = new Map<number, Made>();
  return (of) => {
    const known = made.get(of) ?? make(of);
    made.set(of, known);
    return known;
  };
}

/** Whole WebSocket frames, split where one would be too large. */
function framesOf(room: Uint8Array, entries: readonly Buffer[]): Buffer[] {
  const frames: Buffer[] = [];
  let start = 0;
  let bytes = 0;
  for (const [index, { length }] of entries.entries()) {
    if (index > start && bytes + framedEntryBytes(length) > frameBytes) {
      frames.push(webSocketFrame(encodeEntries(room, entries.slice(start, index))));
      start = index;
      bytes = 0;
    }
    bytes += framedEntryBytes(length);
  }
  frames.push(webSocketFrame(encodeEntries(room, entries.slice(start))));
  return frames;
}
