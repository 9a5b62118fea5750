import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { fromMapKey, mapKey } from '../../bytes.ts';
import type { RoomState } from '../facts.ts';
import { bytesOf, numberOf, type Row } from './rows.ts';

/** Rooms whose row is kept in memory, 1 KB each. */
const cachedRooms = 16_384;

/** A room's row with its number and floor, which are this engine's own. */
export interface StoredRoom {
  readonly number: number;
  readonly floor: number;
  readonly state: RoomState;
}

/**
 * What was read of rooms, the longest unused forgotten first. Only this process writes the database, so it is true
 * until a write; and it is changed only by what has been committed.
 */
export class RoomCache {
  readonly #select: StatementSync;
  readonly #rooms = new Map<string, StoredRoom>();

  constructor(database: DatabaseSync) {
    this.#select = database.prepare('SELECT * FROM rooms WHERE room = ?');
  }

  room(id: Uint8Array): StoredRoom | undefined {
    return this.named(mapKey(id));
  }

  /** By map key. */
  named(name: string): StoredRoom | undefined {
    const cached = this.#rooms.get(name);
    if (cached) return this.#kept(name, cached);
    const row = this.#select.get(fromMapKey(name));
    return row && this.#kept(name, roomOf(row));
  }

  /** After a commit: the room's row is this. */
  committed(room: StoredRoom): void {
    this.#kept(mapKey(room.state.room), room);
  }

  /** Rows were changed in another way. */
  forget(): void {
    this.#rooms.clear();
  }

  /** Puts the room at the end of the map, and takes off what is too many at its beginning. */
  #kept(name: string, room: StoredRoom): StoredRoom {
    this.#rooms.delete(name);
    this.#rooms.set(name, room);
    const [oldest] = this.#rooms.keys();
    if (oldest !== undefined && this.#rooms.size > cachedRooms) this.#rooms.delete(oldest);
    return room;
  }
}

function roomOf(row: Row): StoredRoom {
  return {
    number: numberOf(row, 'number'),
    floor: numberOf(row, 'floor'),
    state: {
      room: bytesOf(row, 'room'),
      firstAccessKey: bytesOf(row, 'first_access_key'),
      accessKey: bytesOf(row, 'access_key'),
      epoch: numberOf(row, 'epoch'),
      head: numberOf(row, 'head'),
      logBytes: numberOf(row, 'log_bytes'),
      waitingKnocks: numberOf(row, 'waiting_knocks'),
      invites: numberOf(row, 'invites'),
      retentionMs: numberOf(row, 'retention_ms'),
      usedAt: numberOf(row, 'used_at'),
    },
  };
}
