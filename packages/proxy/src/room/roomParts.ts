import type { Row } from '@otr/protocol';
import type { RoomCipher } from '../core/roomCipher.ts';
import type { RoomKeys } from '../core/roomKeys.ts';
import type { Members, ShownNames } from '../machine/members.ts';
import type { OutboxState } from '../machine/outbox.ts';
import type { RoomState } from '../machine/room.ts';
import type { RoomLog } from '../machine/roomLog.ts';
import type { OwnKey } from '../store/ownKeyTable.ts';
import type { StoredRoom } from '../store/roomTable.ts';
import type { Store } from '../store/store.ts';

/** What stays the same for a room as long as the proxy runs. */
export interface RoomParts {
  readonly store: Store;
  /** Names the room inside the store. */
  readonly number: number;
  readonly room: Uint8Array;
  /** The room id as text. */
  readonly ref: string;
  readonly keys: RoomKeys;
  /** Milliseconds since 1970. */
  now(): number;
  /** The display name of this profile; null until one is chosen. */
  profileName(): string | null;
  rosterHash(members: Members): Uint8Array;
  names(members: Members): ShownNames;
}

/** All that is known of a room, as a value: replaced by the next when a step is on disk, kept when it is not. */
export interface RoomMemory {
  readonly stored: StoredRoom;
  /** Null until the room was entered for the first time. */
  readonly log: RoomLog | null;
  readonly sync: RoomState;
  readonly outbox: OutboxState;
  /** The generations of our own key, the current one last. */
  readonly ownKeys: readonly OwnKey[];
  readonly cipher: RoomCipher;
}

/** What has to happen outside once the step is on disk. */
export type Later =
  | { readonly kind: 'enter' }
  | { readonly kind: 'fetch' }
  | { readonly kind: 'register' }
  | { readonly kind: 'append'; readonly id: string }
  | { readonly kind: 'wait'; readonly timer: 'sync' | 'outbox'; readonly milliseconds: number }
  | { readonly kind: 'wipe' }
  /** We have left: nothing of the room is kept. */
  | { readonly kind: 'forget' };

/** The memory while a step is being made, with what it causes. */
export type Draft = { -readonly [Part in keyof RoomMemory]: RoomMemory[Part] } & {
  readonly rows: Map<string, Row>;
  readonly later: Later[];
};

export function draftOf(memory: RoomMemory): Draft {
  return { ...memory, rows: new Map(), later: [] };
}

export function memoryOf({ stored, log, sync, outbox, ownKeys, cipher }: Draft): RoomMemory {
  return { stored, log, sync, outbox, ownKeys, cipher };
}

/** Our own current key is registered. */
export function isRegistered({ log }: Pick<RoomMemory, 'log'>): boolean {
  return log?.me != null && log.members.has(log.me);
}

/** Writes a row and remembers that it changed. */
export function writeRow(parts: RoomParts, draft: Draft, row: Row): void {
  parts.store.timeline.write(parts.number, row);
  draft.rows.set(row.id, row);
  const { store } = parts;
  const caught = row.kind === 'alarm' || row.kind === 'refused';
  const at = row.kind === 'message' ? row.at : parts.now();
  draft.stored = store.rooms.change(draft.stored, {
    at: Math.max(at, draft.stored.at),
    ...(caught && { alarm: true }),
  });
}

/** Stores what changed about our current key. */
export function changeKey(parts: RoomParts, draft: Draft, key: OwnKey): void {
  parts.store.ownKeys.change(parts.number, key);
  draft.ownKeys = [...draft.ownKeys.slice(0, -1), key];
}
