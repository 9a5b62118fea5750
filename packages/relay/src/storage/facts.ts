import type { Knock } from '@otr/protocol';
import { mapKey } from '../bytes.ts';
import type { Write } from './write.ts';

/** A room's own row. */
export interface RoomState {
  readonly room: Uint8Array;
  /** The access key of `createRoom` (rule S5). */
  readonly firstAccessKey: Uint8Array;
  /** The current one, of this epoch (rule A1). */
  readonly accessKey: Uint8Array;
  readonly epoch: number;
  readonly head: number;
  /** Sum of the `bytes` of its entries. */
  readonly logBytes: number;
  readonly waitingKnocks: number;
  readonly invites: number;
  /** 0: as long as the relay keeps entries. */
  readonly retentionMs: number;
  /** When it was last written. */
  readonly usedAt: number;
}

export interface Place {
  readonly seq: number;
  readonly epoch: number;
}

/** A knock that waits, or one that a commit has let in: then `seq` is the commit's and `sealed` the welcome. */
export interface StoredKnock extends Knock {
  readonly seq: number | undefined;
}

/**
 * What is stored of one room before a batch. Ids and keys are map keys (`bytes.ts`). A store that looks things up
 * beforehand loads what `wantedFacts` names.
 */
export interface RoomFacts {
  readonly state: RoomState;
  /** The place of the entry with this id. */
  known(id: string): Place | undefined;
  hasInvite(invite: string): boolean;
  knock(id: string): StoredKnock | undefined;
  /** Ids of the knocks with this invite that wait. */
  waitingWith(invite: string): readonly Uint8Array[];
}

/** Undefined for a room that does not exist. */
export type Facts = (room: string) => RoomFacts | undefined;

/** What deciding these writes may ask about one room. Nothing is named twice. */
export interface WantedFacts {
  readonly room: Uint8Array;
  readonly known: ReadonlyMap<string, Uint8Array>;
  readonly hasInvite: ReadonlyMap<string, Uint8Array>;
  readonly knock: ReadonlyMap<string, Uint8Array>;
  readonly waitingWith: ReadonlyMap<string, Uint8Array>;
}

type Wanting = { [Fact in keyof Omit<WantedFacts, 'room'>]: Map<string, Uint8Array> } & { room: Uint8Array };

/** By room, in the order in which the writes name them. */
export function wantedFacts(writes: readonly Write[]): Map<string, WantedFacts> {
  const rooms = new Map<string, Wanting>();
  for (const write of writes) {
    const name = mapKey(write.room);
    const wanted = rooms.get(name) ?? nothingOf(write.room);
    rooms.set(name, wanted);
    addWanted(wanted, write);
  }
  return rooms;
}

function addWanted(wanted: Wanting, write: Write): void {
  switch (write.kind) {
    case 'append':
      add(wanted.known, write.id);
      return;
    case 'commit':
      add(wanted.known, write.id);
      for (const { knock } of write.welcomes) add(wanted.knock, knock);
      return;
    case 'putInvite':
      add(wanted.hasInvite, write.invite);
      return;
    case 'removeInvite':
      add(wanted.hasInvite, write.invite);
      add(wanted.waitingWith, write.invite);
      return;
    case 'knock':
      add(wanted.hasInvite, write.invite);
      add(wanted.knock, write.id);
      return;
    case 'dismissKnock':
      add(wanted.knock, write.id);
  }
}

function add(wanted: Map<string, Uint8Array>, bytes: Uint8Array): void {
  wanted.set(mapKey(bytes), bytes);
}

function nothingOf(room: Uint8Array): Wanting {
  return {
    room,
    known: new Map(),
    hasInvite: new Map(),
    knock: new Map(),
    waitingWith: new Map(),
  };
}
