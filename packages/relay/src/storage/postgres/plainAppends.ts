import { packEntry } from '@otr/protocol';
import { mapKey } from '../../bytes.ts';
import { decide } from '../decide.ts';
import type { Facts, Place } from '../facts.ts';
import type { StorageLimits } from '../storage.ts';
import type { Write, WriteOf, Written } from '../write.ts';
import { appendStatement, type RoomAppended } from './appendStatement.ts';
import type { Lane } from './lane.ts';
import { stateOf } from './roomRow.ts';

/** Bytes of a batch that are one statement's parameters. */
const bytesAtOnce = 8 * 1024 * 1024;

/** A message without slices; its packed form without its place. */
export interface PlainAppend {
  readonly write: WriteOf<'append'>;
  readonly packed: Buffer;
}

/** The batch as plain appends; undefined when it has anything else, one id twice, or too much. */
export function plainAppends(writes: readonly Write[]): PlainAppend[] | undefined {
  const ids = new Set<string>();
  const appends: PlainAppend[] = [];
  let bytes = 0;
  for (const write of writes) {
    if (write.kind !== 'append' || write.slices.length > 0) return undefined;
    const { room, id, epoch, body } = write;
    const name = mapKey(room) + mapKey(id);
    if (ids.has(name)) return undefined;
    ids.add(name);
    const packed = packEntry({ kind: 'message', seq: 0, id, epoch, slices: [], body });
    bytes += packed.length;
    if (bytes > bytesAtOnce) return undefined;
    appends.push({ write, packed });
  }
  return appends;
}

/**
 * Stores the appends by one statement. What it answers tells what it has decided; the outcomes are then decided from
 * that, as everything is. Undefined: nothing was stored, since only one by one they tell how many a room takes.
 */
export async function appendPlain(
  lane: Lane,
  appends: readonly PlainAppend[],
  limits: StorageLimits,
  at: number,
): Promise<Written[] | undefined> {
  const rooms = await lane.alone((sql) => appendStatement(sql, appends, limits.logBytesPerRoom, at));
  if (rooms[0]?.is_unsure === true) return undefined;
  const writes = appends.map(({ write }) => write);
  const { written, changes } = decide(writes, factsOf(rooms, appends), limits, at);
  const heads = new Map(changes.map(({ after }) => [mapKey(after.room), after.head]));
  if (rooms.some(({ room, new_head }) => (heads.get(mapKey(room)) ?? null) !== new_head)) {
    throw new Error('appends were decided in two ways');
  }
  return written;
}

function factsOf(rooms: readonly RoomAppended[], appends: readonly PlainAppend[]): Facts {
  const known = new Map<string, Place>();
  for (const { n, seq, epoch } of rooms[0]?.known ?? []) {
    const write = appends[n - 1]?.write;
    if (write) known.set(mapKey(write.room) + mapKey(write.id), { seq, epoch });
  }
  const states = new Map(rooms.map((row) => [mapKey(row.room), stateOf(row)]));
  return (room) => {
    const state = states.get(room);
    return (
      state && {
        state,
        known: (id) => known.get(room + id),
        hasInvite: () => false,
        knock: () => undefined,
        waitingWith: () => [],
      }
    );
  };
}
