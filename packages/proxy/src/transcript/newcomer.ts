import type { GroupState } from '@otr/mls';
import { viewOf } from '../core/group/view.ts';
import { outboxOf } from '../machine/outbox.ts';
import { awayRoom } from '../machine/room.ts';
import { newLog } from '../machine/roomLog.ts';
import { nobodyKnown, withLeaf } from '../machine/whoIsWho.ts';
import { nothingKept } from '../room/records.ts';
import type { RoomMemory } from '../room/roomParts.ts';
import type { StoredRoom } from '../store/roomTable.ts';

interface Newcomer {
  readonly stored: StoredRoom;
  readonly group: GroupState;
  /** The place of the commit that let it in. */
  readonly cursor: number;
  /** Of the log up to there; null where it does not know (M7). */
  readonly digest: Uint8Array | null;
  /** *e* of its leaf (D2); wiped when the leaf is. */
  readonly ephemeral: Uint8Array;
}

/** What a proxy holds of a room that it has just come into. */
export function memoryOfNewcomer({ stored, group, cursor, digest, ephemeral }: Newcomer): RoomMemory {
  const heard = { counter: null, at: stored.at };
  const ids = [...viewOf(group).members.keys()];
  return {
    ...nothingKept,
    stored,
    group,
    log: { ...newLog(cursor, digest), heard: new Map(ids.map((id) => [id, heard])) },
    who: withLeaf(nobodyKnown, ephemeral),
    sync: awayRoom,
    outbox: outboxOf([]),
    enteredEpoch: null,
  };
}
