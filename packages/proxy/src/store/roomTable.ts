import { bytesIn, type Columns, numberIn, orNull, textIn } from './columns.ts';
import type { History } from './history.ts';
import type { Steps } from './steps.ts';

const standings = ['creating', 'joining', 'member', 'removed', 'lost'] as const;

/** `lost`: our own keys are those of an older state. */
export type Standing = (typeof standings)[number];

/** A room as it is stored, without the state of its group. */
export interface StoredRoom {
  /** Names the room inside the store, in both databases; never given to another room. */
  readonly number: number;
  readonly room: Uint8Array;
  readonly relayUrl: string;
  /** Shown while the room's settings are not known. */
  readonly name: string;
  readonly standing: Standing;
  readonly leaving: boolean;
  /** Why the room does not go on; null while it does. */
  readonly reason: string | null;
  readonly readOrder: number;
  readonly at: number;
  readonly alarm: boolean;
  readonly draft: string;
}

export type NewRoom = Pick<StoredRoom, 'room' | 'relayUrl' | 'name' | 'standing' | 'at'>;
export type RoomChange = Partial<
  Pick<StoredRoom, 'name' | 'standing' | 'leaving' | 'reason' | 'readOrder' | 'at' | 'alarm'>
>;

/** A table with something of a room in it. */
interface TableOfRooms {
  removeAll(room: number): void;
}

export class RoomTable {
  readonly #sql: ReturnType<typeof prepareStatements>;
  readonly #steps: Steps;
  readonly #others: readonly TableOfRooms[];

  constructor(history: History, steps: Steps, others: readonly TableOfRooms[]) {
    this.#sql = prepareStatements(history);
    this.#steps = steps;
    this.#others = others;
  }

  all(): StoredRoom[] {
    return this.#sql.all.all().map(roomOf);
  }

  add({ room, relayUrl, name, standing, at }: NewRoom): StoredRoom {
    return this.#steps.within(() => {
      const number = this.#nextNumber();
      this.#sql.add(number, room, relayUrl, name, standing, at);
      return this.get(number);
    });
  }

  get(number: number): StoredRoom {
    const columns = this.#sql.get.get(number);
    if (!columns) throw new Error('no such room');
    return roomOf(columns);
  }

  change(stored: StoredRoom, change: RoomChange): StoredRoom {
    const next = { ...stored, ...change };
    this.#steps.within(() =>
      this.#sql.change(
        next.name,
        next.standing,
        next.leaving ? 1 : 0,
        next.reason,
        next.readOrder,
        next.at,
        next.alarm ? 1 : 0,
        next.number,
      ),
    );
    return next;
  }

  setDraft(stored: StoredRoom, draft: string): StoredRoom {
    this.#steps.within(() => {
      if (draft === '') this.#sql.removeDraft(stored.number);
      else this.#sql.setDraft(stored.number, draft);
    });
    return { ...stored, draft };
  }

  /** With everything in it: keys, messages, what is written about it. */
  remove(number: number): void {
    this.#steps.within(() => {
      for (const table of this.#others) table.removeAll(number);
      this.#sql.remove(number);
    });
  }

  #nextNumber(): number {
    const columns = this.#sql.lastNumber.get();
    return (columns ? numberIn(columns, 'seq') : 0) + 1;
  }
}

function roomOf(columns: Columns): StoredRoom {
  return {
    number: numberIn(columns, 'number'),
    room: bytesIn(columns, 'room'),
    relayUrl: textIn(columns, 'relay_url'),
    name: textIn(columns, 'name'),
    standing: standingIn(columns),
    leaving: numberIn(columns, 'leaving') === 1,
    reason: orNull(textIn, columns, 'reason'),
    readOrder: numberIn(columns, 'read_order'),
    at: numberIn(columns, 'at'),
    alarm: numberIn(columns, 'alarm') === 1,
    draft: orNull(textIn, columns, 'draft') ?? '',
  };
}

function standingIn(columns: Columns): Standing {
  const found = standings.find((standing) => standing === columns['standing']);
  if (!found) throw new Error('a room has an unknown standing');
  return found;
}

function prepareStatements(history: History) {
  const select =
    'SELECT rooms.*, drafts.text AS draft FROM rooms LEFT JOIN drafts ON drafts.room = rooms.number';
  return {
    all: history.read(`${select} ORDER BY rooms.number`),
    get: history.read(`${select} WHERE rooms.number = ?`),
    lastNumber: history.read("SELECT seq FROM sqlite_sequence WHERE name = 'rooms'"),
    add: history.write(
      'rooms.add',
      'INSERT INTO rooms (number, room, relay_url, name, standing, at) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    change: history.write(
      'rooms.change',
      `UPDATE rooms SET name = ?, standing = ?, leaving = ?, reason = ?, read_order = ?, at = ?, alarm = ?
       WHERE number = ?`,
    ),
    setDraft: history.write('drafts.set', 'INSERT OR REPLACE INTO drafts (room, text) VALUES (?, ?)'),
    removeDraft: history.write('drafts.remove', 'DELETE FROM drafts WHERE room = ?'),
    remove: history.write('rooms.remove', 'DELETE FROM rooms WHERE number = ?'),
  };
}
