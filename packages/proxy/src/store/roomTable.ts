import { bytesIn, type Columns, numberIn, orNull, textIn } from './columns.ts';
import type { DraftTable } from './draftTable.ts';
import type { History } from './history.ts';
import type { Memory } from './memory.ts';
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
  /** D9: what is said, drafted and waiting to be sent is in memory only. */
  readonly offTheRecord: boolean;
}

export type NewRoom = Pick<StoredRoom, 'room' | 'relayUrl' | 'name' | 'standing' | 'at'> &
  Partial<Pick<StoredRoom, 'offTheRecord'>>;
/** A room that is off the record stays so, whatever a change says. */
export type RoomChange = Partial<
  Pick<StoredRoom, 'name' | 'standing' | 'leaving' | 'reason' | 'readOrder' | 'at' | 'alarm' | 'offTheRecord'>
>;

/** A table with something of a room in it; `moveToMemory` where that is nothing for a disk (D9). */
interface TableOfRooms {
  removeAll(room: number): void;
  moveToMemory?(room: number): void;
}

export class RoomTable {
  readonly #sql: ReturnType<typeof prepareStatements>;
  readonly #steps: Steps;
  readonly #memory: Memory;
  readonly #drafts: DraftTable;
  readonly #others: readonly TableOfRooms[];

  constructor(
    history: History,
    steps: Steps,
    { memory, drafts, others }: { memory: Memory; drafts: DraftTable; others: readonly TableOfRooms[] },
  ) {
    this.#sql = prepareStatements(history);
    this.#steps = steps;
    this.#memory = memory;
    this.#drafts = drafts;
    this.#others = [...others, drafts];
  }

  all(): StoredRoom[] {
    return this.#sql.all.all().map((columns) => this.#roomOf(columns));
  }

  add({ room, relayUrl, name, standing, at, offTheRecord = false }: NewRoom): StoredRoom {
    return this.#steps.within(() => {
      const number = this.#nextNumber();
      this.#sql.add(number, room, relayUrl, name, standing, at);
      if (offTheRecord) this.#takeOffTheRecord(number);
      return this.get(number);
    });
  }

  get(number: number): StoredRoom {
    const columns = this.#sql.get.get(number);
    if (!columns) throw new Error('no such room');
    return this.#roomOf(columns);
  }

  change(stored: StoredRoom, change: RoomChange): StoredRoom {
    const { number } = stored;
    const offTheRecord = change.offTheRecord === true || this.#memory.has(number);
    const next = { ...stored, ...change, offTheRecord };
    this.#steps.within(() => {
      if (offTheRecord && !this.#memory.has(number)) this.#takeOffTheRecord(number);
      this.#sql.change(
        next.name,
        next.standing,
        next.leaving ? 1 : 0,
        next.reason,
        next.readOrder,
        next.at,
        next.alarm ? 1 : 0,
        number,
      );
    });
    return next;
  }

  setDraft(stored: StoredRoom, draft: string): StoredRoom {
    this.#drafts.set(stored.number, draft);
    return { ...stored, draft };
  }

  /** With everything in it: keys, messages, what is written about it. */
  remove(number: number): void {
    this.#steps.within(() => {
      for (const table of this.#others) table.removeAll(number);
      this.#memory.remove(number);
      this.#sql.remove(number);
    });
  }

  /** After opening. */
  findOffTheRecord(): void {
    this.#memory.startWith(this.#sql.offTheRecord.all().map((columns) => numberIn(columns, 'number')));
  }

  #takeOffTheRecord(number: number): void {
    this.#sql.takeOffTheRecord(number);
    for (const table of this.#others) table.moveToMemory?.(number);
    this.#memory.add(number);
  }

  #nextNumber(): number {
    const columns = this.#sql.lastNumber.get();
    return (columns ? numberIn(columns, 'seq') : 0) + 1;
  }

  #roomOf(columns: Columns): StoredRoom {
    const number = numberIn(columns, 'number');
    return {
      number,
      room: bytesIn(columns, 'room'),
      relayUrl: textIn(columns, 'relay_url'),
      name: textIn(columns, 'name'),
      standing: standingIn(columns),
      leaving: numberIn(columns, 'leaving') === 1,
      reason: orNull(textIn, columns, 'reason'),
      readOrder: numberIn(columns, 'read_order'),
      at: numberIn(columns, 'at'),
      alarm: numberIn(columns, 'alarm') === 1,
      draft: this.#drafts.of(number),
      offTheRecord: this.#memory.has(number),
    };
  }
}

function standingIn(columns: Columns): Standing {
  const found = standings.find((standing) => standing === columns['standing']);
  if (!found) throw new Error('a room has an unknown standing');
  return found;
}

function prepareStatements(history: History) {
  return {
    all: history.read('SELECT * FROM rooms ORDER BY number'),
    get: history.read('SELECT * FROM rooms WHERE number = ?'),
    offTheRecord: history.read('SELECT number FROM rooms WHERE off_the_record = 1'),
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
    takeOffTheRecord: history.write(
      'rooms.takeOffTheRecord',
      'UPDATE rooms SET off_the_record = 1 WHERE number = ?',
    ),
    remove: history.write('rooms.remove', 'DELETE FROM rooms WHERE number = ?'),
  };
}
