import type { DatabaseSync } from 'node:sqlite';
import { type Entry, refuse, type WireError } from '@otr/protocol';
import { mapKey } from '../bytes.ts';
import { bytesOf, numberOf, sizeOf } from './rows.ts';
import type { Write, Written } from './storage.ts';

export interface WriteLimits {
  membersPerRoom: number;
  logBytesPerRoom: number;
}

interface RoomRow {
  number: number;
  epoch: number;
  head: number;
  members: number;
  logBytes: number;
}

/** An entry before it has its place. */
type Unplaced<E> = E extends Entry ? Omit<E, 'seq'> : never;
type Of<Kind extends Write['kind']> = Extract<Write, { kind: Kind }>;

/** Rooms whose set of registered keys is kept in memory, so that checking a large envelope reads no rows. */
const cachedRooms = 256;

/** The writes, each inside the caller's transaction. A refused one has changed nothing. */
export class SqliteWrites {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #limits: WriteLimits;
  readonly #members = new Map<number, Set<string>>();

  constructor(database: DatabaseSync, limits: WriteLimits) {
    this.#sql = prepare(database);
    this.#limits = limits;
  }

  /** What is kept in memory may come from a transaction that was taken back. */
  forget(): void {
    this.#members.clear();
  }

  apply(write: Write, at: number): Written {
    if (write.kind === 'createRoom') return this.#createRoom(write);
    const room = this.#room(write.room);
    if (room === undefined) return refused('roomNotFound', 'The relay does not know this room.');
    if ('id' in write) {
      const known = this.#sql.findEntry.get(room.number, write.id);
      if (known) return { outcome: 'known', seq: numberOf(known, 'seq'), epoch: numberOf(known, 'epoch') };
    }
    switch (write.kind) {
      case 'registerKey':
        return this.#registerKey(room, write, at);
      case 'removeKey':
        return this.#removeKey(room, write, at);
      case 'envelope':
        return this.#envelope(room, write, at);
      case 'mark':
        return this.#mark(room, write);
      case 'roomInfo':
        this.#sql.putRoomInfo.run(write.sealed, room.number);
        return { outcome: 'stored' };
    }
  }

  #createRoom(write: Of<'createRoom'>): Written {
    const row = this.#sql.findRoom.get(write.room);
    if (row === undefined) {
      this.#sql.createRoom.run(write.room, write.accessKey);
      return { outcome: 'stored' };
    }
    if (bytesOf(row, 'access_key').equals(write.accessKey)) return { outcome: 'stored' };
    return refused('roomExists', 'A room with this id and another secret exists already. Create a new one.');
  }

  #registerKey(room: RoomRow, write: Of<'registerKey'>, at: number): Written {
    const { publicKey, sealedProfile, tag } = write;
    const isNew = !this.#membersOf(room.number).has(mapKey(publicKey));
    if (isNew && room.members >= this.#limits.membersPerRoom) {
      return refused('roomFull', `The room has its limit of ${this.#limits.membersPerRoom} members.`);
    }
    const epoch = isNew ? room.epoch + 1 : room.epoch;
    const fields = { id: write.id, epoch, publicKey, sealedProfile, tag };
    const written = this.#append(room, { kind: 'registerKey', ...fields }, at);
    if (written.outcome !== 'appended') return written;
    this.#sql.register.run(room.number, publicKey, sealedProfile, tag, at);
    this.#sql.setMembers.run(epoch, isNew ? 1 : 0, room.number);
    this.#membersOf(room.number).add(mapKey(publicKey));
    return written;
  }

  #removeKey(room: RoomRow, write: Of<'removeKey'>, at: number): Written {
    const { id, publicKey, reason } = write;
    if (!this.#membersOf(room.number).has(mapKey(publicKey))) return notRegistered();
    const epoch = room.epoch + 1;
    const written = this.#append(
      room,
      { kind: 'removeKey', id, epoch, publicKey, reason },
      at,
      'evenWhenFull',
    );
    this.#sql.unregister.run(room.number, publicKey);
    this.#sql.deleteMark.run(room.number, publicKey);
    this.#sql.setMembers.run(epoch, -1, room.number);
    this.#membersOf(room.number).delete(mapKey(publicKey));
    return written;
  }

  #envelope(room: RoomRow, write: Of<'envelope'>, at: number): Written {
    const members = this.#membersOf(room.number);
    if (!members.has(mapKey(write.from))) return notRegistered();
    if (write.epoch !== room.epoch) {
      return refused('epochConflict', 'The members changed. Fetch, seal anew and append again.', {
        epoch: room.epoch,
      });
    }
    const seen = new Set<string>();
    for (const { to } of write.slices) {
      const key = mapKey(to);
      if (!members.has(key))
        return refused('badRequest', 'A slice is addressed to a key that is not registered.');
      if (seen.has(key)) return refused('badRequest', 'Two slices are addressed to one key.');
      seen.add(key);
    }
    const { id, epoch, from, slices, body } = write;
    const written = this.#append(
      room,
      { kind: 'envelope', id, epoch, from, slices, ...(body && { body }) },
      at,
    );
    if (written.outcome === 'appended') {
      for (const { to, ciphertext } of slices) {
        this.#sql.insertSlice.run(room.number, written.entry.seq, to, ciphertext);
      }
    }
    return written;
  }

  #mark(room: RoomRow, write: Of<'mark'>): Written {
    if (!this.#membersOf(room.number).has(mapKey(write.publicKey))) return notRegistered();
    this.#sql.putMark.run(room.number, write.publicKey, write.sealed);
    return { outcome: 'stored' };
  }

  /** Gives the entry the room's next place. */
  #append(room: RoomRow, unplaced: Unplaced<Entry>, at: number, full?: 'evenWhenFull'): Written {
    const entry: Entry = { ...unplaced, seq: room.head + 1 };
    const bytes = sizeOf(entry);
    if (full === undefined && room.logBytes + bytes > this.#limits.logBytesPerRoom) {
      return refused('roomFull', "The room's log is full. Entries are pruned with time; try again later.");
    }
    this.#sql.insertEntry.run(
      room.number,
      entry.seq,
      entry.id,
      entry.kind,
      entry.epoch,
      entry.kind === 'envelope' ? entry.from : entry.publicKey,
      entry.kind === 'registerKey' ? entry.sealedProfile : null,
      entry.kind === 'registerKey' ? entry.tag : null,
      entry.kind === 'removeKey' ? entry.reason : null,
      entry.kind === 'envelope' ? (entry.body ?? null) : null,
      at,
      bytes,
    );
    this.#sql.setHead.run(entry.seq, bytes, room.number);
    return { outcome: 'appended', entry };
  }

  #room(room: Uint8Array): RoomRow | undefined {
    const row = this.#sql.findRoom.get(room);
    if (row === undefined) return undefined;
    return {
      number: numberOf(row, 'number'),
      epoch: numberOf(row, 'epoch'),
      head: numberOf(row, 'head'),
      members: numberOf(row, 'members'),
      logBytes: numberOf(row, 'log_bytes'),
    };
  }

  #membersOf(room: number): Set<string> {
    const cached = this.#members.get(room);
    if (cached) return cached;
    const members = new Set(this.#sql.members.all(room).map((row) => mapKey(bytesOf(row, 'public_key'))));
    const [oldest] = this.#members.keys();
    if (oldest !== undefined && this.#members.size >= cachedRooms) this.#members.delete(oldest);
    this.#members.set(room, members);
    return members;
  }
}

function prepare(database: DatabaseSync) {
  return {
    findRoom: database.prepare(
      'SELECT number, access_key, epoch, head, members, log_bytes FROM rooms WHERE room = ?',
    ),
    createRoom: database.prepare('INSERT INTO rooms (room, access_key) VALUES (?, ?)'),
    putRoomInfo: database.prepare('UPDATE rooms SET room_info = ? WHERE number = ?'),
    setHead: database.prepare('UPDATE rooms SET head = ?, log_bytes = log_bytes + ? WHERE number = ?'),
    setMembers: database.prepare('UPDATE rooms SET epoch = ?, members = members + ? WHERE number = ?'),
    findEntry: database.prepare('SELECT seq, epoch FROM entries WHERE room = ? AND id = ?'),
    insertEntry: database.prepare(
      `INSERT INTO entries (room, seq, id, kind, epoch, key, sealed_profile, tag, reason, body, at, bytes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    insertSlice: database.prepare('INSERT INTO slices (room, seq, to_key, ciphertext) VALUES (?, ?, ?, ?)'),
    members: database.prepare('SELECT public_key FROM registrations WHERE room = ?'),
    register: database.prepare(
      `INSERT INTO registrations (room, public_key, sealed_profile, tag, answered_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET sealed_profile = excluded.sealed_profile, tag = excluded.tag,
         answered_at = excluded.answered_at`,
    ),
    unregister: database.prepare('DELETE FROM registrations WHERE room = ? AND public_key = ?'),
    putMark: database.prepare('INSERT OR REPLACE INTO marks (room, public_key, sealed) VALUES (?, ?, ?)'),
    deleteMark: database.prepare('DELETE FROM marks WHERE room = ? AND public_key = ?'),
  };
}

function refused(code: WireError['code'], sentence: string, more: { epoch?: number } = {}): Written {
  return { outcome: 'refused', error: refuse(code, sentence, more).error };
}

function notRegistered(): Written {
  return refused('keyNotRegistered', 'This key is not registered in the room. Register it first.');
}
