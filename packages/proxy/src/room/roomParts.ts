import type { GroupState } from '@otr/mls';
import type { Content, Entry, Row } from '@otr/protocol';
import type { AccessKey } from '../core/group/epochKeys.ts';
import type { JoinKeys } from '../core/group/join.ts';
import type { Member, RoomView } from '../core/group/view.ts';
import type { Identity } from '../core/identity/identity.ts';
import type { Pair } from '../core/identity/pair.ts';
import type { Wish } from '../machine/commitPlan.ts';
import type { KeyAge } from '../machine/keyAge.ts';
import type { ShownNames } from '../machine/members.ts';
import type { OutboxState } from '../machine/outbox.ts';
import type { RoomState } from '../machine/room.ts';
import type { RoomLog } from '../machine/roomLog.ts';
import type { CameBy, WhoIsWho } from '../machine/whoIsWho.ts';
import type { People } from '../people/people.ts';
import type { StoredRoom } from '../store/roomTable.ts';
import type { Store } from '../store/store.ts';
import type { Recorder } from '../transcript/recorder.ts';

/** What stays the same for a room as long as the proxy runs. */
export interface RoomParts {
  readonly store: Store;
  /** Names the room inside the store. */
  readonly number: number;
  readonly room: Uint8Array;
  /** The room id as text. */
  readonly ref: string;
  /** Milliseconds since 1970. */
  now(): number;
  /** The display name of this profile; null until one is chosen. */
  profileName(): string | null;
  readonly identity: Identity;
  readonly people: People;
  /** The keys that we share with a member, our leaf's *e* being this one (D3, D4). */
  pair(ephemeral: Uint8Array, member: Member): Pair;
  /** Worked out once for each epoch. */
  names(view: RoomView): ShownNames;
  accessKey(group: GroupState): AccessKey;
  authenticator(group: GroupState): string;
  /** Only where a person wants what nobody should have: a transcript of all that its proxy held. */
  readonly record?: Recorder;
}

/** A knock of our own that waits to be answered. */
export interface Join {
  /** Of the invite: 32 bytes. */
  readonly secret: Uint8Array;
  /** Of the knock: 16 bytes. */
  readonly id: Uint8Array;
  readonly keys: JoinKeys;
  /** *e* of the leaf that the keys make (D2). */
  readonly ephemeral: Uint8Array;
  /** The one-time invite that it comes by; null for any other (D7). */
  readonly cameBy: CameBy | null;
  /** Our former pseudonym, where we lost our keys. */
  readonly formerly: string | null;
}

/** A commit of ours that is not yet at a place in the log, nor lost. */
export interface PendingCommit {
  readonly id: Uint8Array;
  /** The epoch that it ends. */
  readonly epoch: number;
  readonly accessKey: Uint8Array;
  readonly body: Uint8Array;
  readonly welcomes: readonly { readonly knock: Uint8Array; readonly sealed: Uint8Array }[];
  /** Ids of the wishes that it fulfils. */
  readonly wishes: readonly string[];
  /** *e* of our leaf in the next epoch (D2); null where it renews no keys of ours. */
  readonly ephemeral: Uint8Array | null;
}

/** How somebody who cannot go on asks to be let in again. */
export interface WayBack {
  /** 32 bytes. */
  readonly secret: Uint8Array;
  readonly formerly: string;
}

/** Public keys of invites that the relay is still to be told. */
export interface InviteNews {
  readonly put: readonly Uint8Array[];
  readonly remove: readonly Uint8Array[];
}

/** All that is known of a room, as a value: replaced by the next when a step is on disk, kept when it is not. */
export interface RoomMemory {
  readonly stored: StoredRoom;
  /** Null while we are no member. */
  readonly group: GroupState | null;
  readonly join: Join | null;
  readonly wayBack: WayBack | null;
  /** Null before we are a member for the first time. */
  readonly log: RoomLog | null;
  readonly sync: RoomState;
  readonly outbox: OutboxState;
  readonly commit: PendingCommit | null;
  readonly wishes: readonly Wish[];
  readonly keyAge: KeyAge;
  readonly inviteNews: InviteNews;
  readonly who: WhoIsWho;
  /** The epoch whose access key our connection has entered with; null without one. Not stored. */
  readonly enteredEpoch: number | null;
}

/** What has to happen outside once the step is on disk. */
export type Later =
  | { readonly kind: 'enter' }
  | { readonly kind: 'fetch' }
  | { readonly kind: 'knock' }
  | { readonly kind: 'commit' }
  | { readonly kind: 'append'; readonly id: string }
  /** What is known of a person has changed, for all rooms. */
  | { readonly kind: 'peopleChanged' }
  | { readonly kind: 'words'; readonly from: string; readonly content: WordsContent }
  /** We have said goodbye: nothing of the room is kept. */
  | { readonly kind: 'forget' }
  | { readonly kind: 'wait'; readonly timer: 'sync' | 'outbox'; readonly milliseconds: number };

type WordsContent = Extract<Content, { kind: 'words' }>;

/** The memory while a step is being made, with what it causes. */
export type Draft = { -readonly [Part in keyof RoomMemory]: RoomMemory[Part] } & {
  readonly rows: Map<string, Row>;
  /** Ids of rows that are no more. */
  readonly gone: string[];
  readonly later: Later[];
  /** Secrets that nobody needs once the step is on disk. */
  readonly erase: Uint8Array[];
  /** What was taken of the log, for who records it. */
  readonly taken: Entry[];
};

export function draftOf(memory: RoomMemory): Draft {
  return { ...memory, rows: new Map(), gone: [], later: [], erase: [], taken: [] };
}

export function memoryOf({
  rows: _,
  gone: __,
  later: ___,
  erase: ____,
  taken: _____,
  ...memory
}: Draft): RoomMemory {
  return memory;
}

/** Writes a row and remembers that it changed. */
export function writeRow(parts: RoomParts, draft: Draft, row: Row): void {
  const { store } = parts;
  store.timeline.write(parts.number, row);
  draft.rows.set(row.id, row);
  const caught = row.kind === 'alarm' || row.kind === 'refused';
  const at = row.kind === 'message' ? row.at : parts.now();
  draft.stored = store.rooms.change(draft.stored, {
    at: Math.max(at, draft.stored.at),
    ...(caught && { alarm: true }),
  });
}
