import type { DatabaseSync } from 'node:sqlite';
import { fromMapKey, mapKey } from '../../bytes.ts';
import type { RoomState } from '../facts.ts';
import { bytesOf, numberOf, type Row } from './rows.ts';

/** Rooms whose row is kept in memory, 1 KB each, and rooms whose registered keys are: up to 1,501 of some 100 bytes each. */
const cachedRooms = 16_384;
const cachedMembers = 256;

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
  readonly #sql: ReturnType<typeof prepare>;
  readonly #rooms = new Map<string, StoredRoom>();
  readonly #members = new Map<number, Set<string>>();

  constructor(database: DatabaseSync) {
    this.#sql = prepare(database);
  }

  room(id: Uint8Array): StoredRoom | undefined {
    return this.named(mapKey(id));
  }

  /** By map key. */
  named(name: string): StoredRoom | undefined {
    const cached = this.#rooms.get(name);
    if (cached) return kept(this.#rooms, name, cached, cachedRooms);
    const row = this.#sql.room.get(fromMapKey(name));
    return row && kept(this.#rooms, name, roomOf(row), cachedRooms);
  }

  /** Map keys of the registered keys. */
  members({ number }: StoredRoom): ReadonlySet<string> {
    return this.#membersOf(number);
  }

  /** After a commit: the room's row is this, and these keys came (true) or went. */
  committed(room: StoredRoom, keys: Iterable<[string, boolean]>): void {
    kept(this.#rooms, mapKey(room.state.room), room, cachedRooms);
    const members = this.#members.get(room.number);
    if (members === undefined) return;
    for (const [key, isThere] of keys) {
      if (isThere) members.add(key);
      else members.delete(key);
    }
  }

  /** Rows were changed in another way. */
  forget(): void {
    this.#rooms.clear();
    this.#members.clear();
  }

  #membersOf(number: number): Set<string> {
    const members =
      this.#members.get(number) ??
      new Set(this.#sql.members.all(number).map((row) => mapKey(bytesOf(row, 'public_key'))));
    return kept(this.#members, number, members, cachedMembers);
  }
}

/** Puts the value at the end of the map, and takes off what is too many at its beginning. */
function kept<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, limit: number): Value {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (oldest !== undefined && map.size > limit) map.delete(oldest);
  return value;
}

function prepare(database: DatabaseSync) {
  return {
    room: database.prepare('SELECT * FROM rooms WHERE room = ?'),
    members: database.prepare('SELECT public_key FROM registrations WHERE room = ?'),
  };
}

function roomOf(row: Row): StoredRoom {
  return {
    number: numberOf(row, 'number'),
    floor: numberOf(row, 'floor'),
    state: {
      room: bytesOf(row, 'room'),
      firstAccessKey: bytesOf(row, 'first_access_key'),
      accessKey: bytesOf(row, 'access_key'),
      access: numberOf(row, 'access'),
      epoch: numberOf(row, 'epoch'),
      head: numberOf(row, 'head'),
      members: numberOf(row, 'members'),
      logBytes: numberOf(row, 'log_bytes'),
      waitingKnocks: numberOf(row, 'waiting_knocks'),
      invites: numberOf(row, 'invites'),
      retentionMs: numberOf(row, 'retention_ms'),
      usedAt: numberOf(row, 'used_at'),
    },
  };
}
