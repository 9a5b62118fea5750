import type { DatabaseSync } from 'node:sqlite';
import { bytesIn, type Columns, numberIn, orNull, textIn } from './columns.ts';

/** A room as it is stored, without what the log tells of it. */
export interface StoredRoom {
  /** Names the room inside the store. */
  readonly number: number;
  readonly room: Uint8Array;
  readonly relayUrl: string;
  readonly secret: Uint8Array;
  readonly createdHere: boolean;
  readonly name: string;
  /** When the name was given, milliseconds since 1970. */
  readonly nameAt: number;
  /** The relay has not yet been given the room info of this name. */
  readonly infoPending: boolean;
  readonly leaving: boolean;
  /** Why the room does not go on; null while it does. */
  readonly reason: string | null;
  readonly readOrder: number;
  readonly at: number;
  readonly alarm: boolean;
  readonly draft: string;
}

export type NewRoom = Pick<
  StoredRoom,
  'room' | 'relayUrl' | 'secret' | 'createdHere' | 'name' | 'nameAt' | 'at'
>;
export type RoomChange = Partial<
  Pick<StoredRoom, 'name' | 'nameAt' | 'infoPending' | 'leaving' | 'reason' | 'readOrder' | 'at' | 'alarm'>
>;

export class RoomTable {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(database: DatabaseSync) {
    this.#sql = prepare(database);
  }

  all(): StoredRoom[] {
    return this.#sql.all.all().map(roomOf);
  }

  add(room: NewRoom): StoredRoom {
    const { lastInsertRowid } = this.#sql.add.run(
      room.room,
      room.relayUrl,
      room.secret,
      room.createdHere ? 1 : 0,
      room.name,
      room.nameAt,
      room.createdHere ? 1 : 0,
      room.at,
    );
    return this.get(Number(lastInsertRowid));
  }

  get(number: number): StoredRoom {
    const columns = this.#sql.get.get(number);
    if (!columns) throw new Error('no such room');
    return roomOf(columns);
  }

  change(stored: StoredRoom, change: RoomChange): StoredRoom {
    const next = { ...stored, ...change };
    this.#sql.change.run(
      next.name,
      next.nameAt,
      next.infoPending ? 1 : 0,
      next.leaving ? 1 : 0,
      next.reason,
      next.readOrder,
      next.at,
      next.alarm ? 1 : 0,
      next.number,
    );
    return next;
  }

  setDraft(stored: StoredRoom, draft: string): StoredRoom {
    if (draft === '') this.#sql.removeDraft.run(stored.number);
    else this.#sql.setDraft.run(stored.number, draft);
    return { ...stored, draft };
  }

  /** With everything in it: keys, members, history. */
  remove(number: number): void {
    this.#sql.remove.run(number);
  }
}

function roomOf(columns: Columns): StoredRoom {
  return {
    number: numberIn(columns, 'number'),
    room: bytesIn(columns, 'room'),
    relayUrl: textIn(columns, 'relay_url'),
    secret: bytesIn(columns, 'secret'),
    createdHere: numberIn(columns, 'created_here') === 1,
    name: textIn(columns, 'name'),
    nameAt: numberIn(columns, 'name_at'),
    infoPending: numberIn(columns, 'info_pending') === 1,
    leaving: numberIn(columns, 'leaving') === 1,
    reason: orNull(textIn, columns, 'reason'),
    readOrder: numberIn(columns, 'read_order'),
    at: numberIn(columns, 'at'),
    alarm: numberIn(columns, 'alarm') === 1,
    draft: orNull(textIn, columns, 'draft') ?? '',
  };
}

function prepare(database: DatabaseSync) {
  const select =
    'SELECT rooms.*, drafts.text AS draft FROM rooms LEFT JOIN drafts ON drafts.room = rooms.number';
  return {
    all: database.prepare(`${select} ORDER BY rooms.number`),
    get: database.prepare(`${select} WHERE rooms.number = ?`),
    add: database.prepare(
      `INSERT INTO rooms (room, relay_url, secret, created_here, name, name_at, info_pending, at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    change: database.prepare(
      `UPDATE rooms SET name = ?, name_at = ?, info_pending = ?, leaving = ?, reason = ?, read_order = ?, at = ?,
         alarm = ? WHERE number = ?`,
    ),
    setDraft: database.prepare('INSERT OR REPLACE INTO drafts (room, text) VALUES (?, ?)'),
    removeDraft: database.prepare('DELETE FROM drafts WHERE room = ?'),
    remove: database.prepare('DELETE FROM rooms WHERE number = ?'),
  };
}
