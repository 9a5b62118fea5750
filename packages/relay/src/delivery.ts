import type { Entry, EnvelopeEntry, Slice } from '@otr/protocol';
import { mapKey } from './bytes.ts';
import type { RoomEvent } from './fanout/fanout.ts';
import type { Listener, RoomLive } from './roomLive.ts';
import { sizeOf } from './storage/rows.ts';

/** Brings an event to the connections of its room, to each its own part. */
export function deliver(live: RoomLive, event: RoomEvent, frameBytes: number): void {
  if (event.kind === 'entries') {
    for (const frame of frames(event.entries, frameBytes)) deliverEntries(live, event.room, frame);
    return;
  }
  for (const listener of live.listeners(event.message.room).keys()) {
    if (listener.id !== event.except) sendPlain(listener, event);
  }
}

function sendPlain(listener: Listener, event: Exclude<RoomEvent, { kind: 'entries' }>): void {
  switch (event.kind) {
    case 'keyCleanup':
      listener.sendLive('keyCleanup', event.message);
      break;
    case 'mark':
      listener.sendLive('mark', event.message);
      break;
    case 'volatile':
      listener.sendLive('volatile', event.message);
      break;
    case 'presence':
      listener.sendLive('presence', event.message);
      break;
  }
}

/** One frame a connection, with its own slices only (rule L5). */
function deliverEntries(live: RoomLive, room: Uint8Array, entries: Entry[]): void {
  const addressed = entries.map((entry) => (entry.kind === 'envelope' ? withSlicesByKey(entry) : entry));
  for (const [listener, keys] of live.listeners(room)) {
    const own = addressed.map((entry) => ('slicesByKey' in entry ? forReader(entry, keys) : entry));
    listener.sendLive('entries', { room, entries: own });
  }
}

interface Addressed {
  readonly rest: Omit<EnvelopeEntry, 'slices'>;
  readonly slicesByKey: Map<string, Slice>;
}

function withSlicesByKey({ slices, ...rest }: EnvelopeEntry): Addressed {
  return { rest, slicesByKey: new Map(slices.map((slice) => [mapKey(slice.to), slice])) };
}

function forReader({ rest, slicesByKey }: Addressed, keys: ReadonlySet<string>): Entry {
  const slices: Slice[] = [];
  for (const key of keys) {
    const slice = slicesByKey.get(key);
    if (slice) slices.push(slice);
  }
  return { ...rest, slices };
}

/** Splits what arrived together where it would make too large a frame. */
function* frames(entries: Entry[], frameBytes: number): Generator<Entry[]> {
  let frame: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = sizeOf(entry);
    if (frame.length > 0 && bytes + size > frameBytes) {
      yield frame;
      frame = [];
      bytes = 0;
    }
    frame.push(entry);
    bytes += size;
  }
  if (frame.length > 0) yield frame;
}
