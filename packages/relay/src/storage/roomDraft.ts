import { type Entry, packEntry } from '@otr/protocol';
import { mapKey } from '../bytes.ts';
import type { Place, RoomFacts, RoomState, StoredKnock } from './facts.ts';
import { type LogEntry, sizeOf } from './logEntry.ts';

export interface NewEntry extends LogEntry {
  readonly id: Uint8Array;
  /** What it counts for in the room's `logBytes`: its size, and a commit's welcomes. */
  readonly bytes: number;
}

/** An epoch's access key; `until` is the `seq` of the commit that ended the epoch. */
export interface AccessRow {
  readonly epoch: number;
  readonly accessKey: Uint8Array;
  readonly until: number | undefined;
}

/**
 * What a batch changes in one room: the final value of each row. `undefined` in a map deletes the row. The maps' keys
 * are map keys of the invite or the knock's id.
 */
export interface RoomChanges {
  /** Undefined: the room is created. */
  readonly before: RoomState | undefined;
  readonly after: RoomState;
  /** In order of `seq`, following the head of `before`. */
  readonly entries: readonly NewEntry[];
  readonly access: ReadonlyMap<number, AccessRow>;
  readonly invites: ReadonlyMap<string, Uint8Array | undefined>;
  /** A new knock counts as answered at the time of the write. */
  readonly knocks: ReadonlyMap<string, StoredKnock | undefined>;
}

/** A room while a batch is decided: what is stored, and over it what the writes so far change. */
export class RoomDraft implements RoomChanges {
  readonly before: RoomState | undefined;
  after: RoomState;
  readonly entries: NewEntry[] = [];
  readonly access = new Map<number, AccessRow>();
  readonly invites = new Map<string, Uint8Array | undefined>();
  readonly knocks = new Map<string, StoredKnock | undefined>();
  isChanged = false;
  readonly #facts: RoomFacts | undefined;
  readonly #at: number;
  readonly #ids = new Map<string, Place>();

  /** Without facts the room is new. */
  constructor(state: RoomState, facts: RoomFacts | undefined, at: number) {
    this.before = facts?.state;
    this.after = state;
    this.#facts = facts;
    this.#at = at;
    this.isChanged = facts === undefined;
  }

  known(id: Uint8Array): Place | undefined {
    const name = mapKey(id);
    return this.#ids.get(name) ?? this.#facts?.known(name);
  }

  hasInvite(invite: string): boolean {
    if (this.invites.has(invite)) return this.invites.get(invite) !== undefined;
    return this.#facts?.hasInvite(invite) ?? false;
  }

  knock(id: string): StoredKnock | undefined {
    return this.knocks.has(id) ? this.knocks.get(id) : this.#facts?.knock(id);
  }

  /** Ids of the knocks with this invite that wait. */
  waitingWith(invite: string): Uint8Array[] {
    const stored = (this.#facts?.waitingWith(invite) ?? []).filter((id) => !this.knocks.has(mapKey(id)));
    const drafted = [...this.knocks.values()].filter(
      (knock) => knock !== undefined && knock.seq === undefined && mapKey(knock.invite) === invite,
    );
    return [...stored, ...drafted.flatMap((knock) => (knock ? [knock.id] : []))];
  }

  change(values: Partial<RoomState>): void {
    this.after = { ...this.after, ...values, usedAt: this.#at };
    this.isChanged = true;
  }

  /** `seq` of the room's next entry. */
  get nextSeq(): number {
    return this.after.head + 1;
  }

  append(entry: NewEntry, values: Partial<RoomState> = {}): void {
    this.entries.push(entry);
    this.#ids.set(mapKey(entry.id), { seq: entry.seq, epoch: entry.epoch });
    this.change({ ...values, head: entry.seq, logBytes: this.after.logBytes + entry.bytes });
  }
}

/** `more` are bytes that are kept for the entry but are not in it. */
export function newEntry(entry: Entry, more = 0): NewEntry {
  const { seq, id, epoch, kind } = entry;
  const slices = 'slices' in entry ? entry.slices : [];
  const placed = { seq, id, epoch, isCommit: kind === 'commit', packed: packEntry(entry), slices };
  return { ...placed, bytes: sizeOf(placed) + more };
}
