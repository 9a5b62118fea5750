import { mapKey } from '../bytes.ts';
import { dismissKnock, knock, putInvite, removeInvite } from './decideKnocks.ts';
import { append, commit } from './decideLog.ts';
import type { Facts, RoomState } from './facts.ts';
import { isCurrent, refused, stored } from './refusal.ts';
import { type RoomChanges, RoomDraft } from './roomDraft.ts';
import type { StorageLimits } from './storage.ts';
import type { Write, WriteOf, Written } from './write.ts';

export interface Decided {
  /** One for each write. */
  readonly written: Written[];
  /** One for each room in which something changes. */
  readonly changes: RoomChanges[];
}

/**
 * What becomes of each write of a batch, in order, and what has to be stored for it. All engines decide by this
 * function, and it does nothing else: the facts are what is stored before the batch, the changes what is to be stored.
 */
export function decide(writes: readonly Write[], facts: Facts, limits: StorageLimits, at: number): Decided {
  const drafts = new Map<string, RoomDraft>();
  const written = writes.map((write) => {
    const name = mapKey(write.room);
    const draft = drafts.get(name) ?? draftOf(name, facts, at);
    if (draft) drafts.set(name, draft);
    if (write.kind === 'createRoom') return createRoom(drafts, name, draft, write, at);
    if (draft === undefined) return refused('roomNotFound', 'The relay does not know this room.');
    return decideOne(draft, write, limits);
  });
  return { written, changes: [...drafts.values()].filter(({ isChanged }) => isChanged) };
}

type RoomWrite = Exclude<Write, { kind: 'createRoom' }>;
type EntryWrite = Extract<Write, { kind: 'append' | 'commit' }>;

function decideOne(draft: RoomDraft, write: RoomWrite, limits: StorageLimits): Written {
  if (becomesEntry(write)) {
    // Rule L3: before anything else.
    const known = draft.known(write.id);
    if (known) return { outcome: 'known', ...known };
    return write.kind === 'append' ? append(draft, write, limits) : commit(draft, write, limits);
  }
  if ('by' in write && !isCurrent(draft, write.by)) {
    return refused('epochEnded', 'This epoch has ended. Read on to the commit that ended it.');
  }
  return decideCurrent(draft, write, limits);
}

/** By somebody who may change the room (rule A3), or who knocks. */
function decideCurrent(
  draft: RoomDraft,
  write: Exclude<RoomWrite, EntryWrite>,
  limits: StorageLimits,
): Written {
  switch (write.kind) {
    case 'putInvite':
      return putInvite(draft, write, limits);
    case 'removeInvite':
      return removeInvite(draft, write);
    case 'knock':
      return knock(draft, write, limits);
    case 'dismissKnock':
      return dismissKnock(draft, write);
    case 'setRetention':
      draft.change({ retentionMs: write.milliseconds });
      return stored(draft);
  }
}

/** Rule S5. */
function createRoom(
  drafts: Map<string, RoomDraft>,
  name: string,
  existing: RoomDraft | undefined,
  { room, accessKey }: WriteOf<'createRoom'>,
  at: number,
): Written {
  if (existing === undefined) {
    const draft = new RoomDraft(newRoom(room, accessKey, at), undefined, at);
    draft.access.set(0, { epoch: 0, accessKey, until: undefined });
    drafts.set(name, draft);
  } else if (mapKey(existing.after.firstAccessKey) !== mapKey(accessKey)) {
    return refused(
      'roomExists',
      'A room with this id and another access key exists already. Create a new one.',
    );
  }
  return { outcome: 'stored', endedKnocks: [], access: existing?.after.epoch ?? 0 };
}

function newRoom(room: Uint8Array, accessKey: Uint8Array, at: number): RoomState {
  return {
    room,
    firstAccessKey: accessKey,
    accessKey,
    epoch: 0,
    head: 0,
    logBytes: 0,
    waitingKnocks: 0,
    invites: 0,
    retentionMs: 0,
    usedAt: at,
  };
}

function draftOf(name: string, facts: Facts, at: number): RoomDraft | undefined {
  const known = facts(name);
  return known && new RoomDraft(known.state, known, at);
}

function becomesEntry(write: RoomWrite): write is EntryWrite {
  return write.kind === 'append' || write.kind === 'commit';
}
