import type { DatabaseSync } from 'node:sqlite';
import { deserialize, serialize } from 'node:v8';
import { fromText, toText } from '../core/text.ts';
import type { MemberState } from '../machine/members.ts';
import type { RoomLog } from '../machine/roomLog.ts';
import { bytesIn, type Columns, numberIn, orNull, textIn } from './columns.ts';

export interface LoggedEntry {
  readonly seq: number;
  readonly id: Uint8Array;
  readonly link: Uint8Array;
  readonly digest: Uint8Array | null;
}

/** What a room's log has told: the state up to the cursor, and link and digest of each processed entry. */
export class LogTable {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(database: DatabaseSync) {
    this.#sql = prepare(database);
  }

  /** Null for a room that has not been entered yet. */
  load(room: number, me: string | null): RoomLog | null {
    const columns = this.#sql.room.get(room);
    const cursor = columns && orNull(numberIn, columns, 'cursor');
    if (!columns || cursor === null || cursor === undefined) return null;
    const rows = this.#sql.members.all(room);
    const present = rows.filter((row) => numberIn(row, 'removed') === 0);
    return {
      cursor,
      epoch: numberIn(columns, 'epoch'),
      members: new Map(present.map((row) => [keyIn(row), memberOf(row)])),
      counters: new Map(present.flatMap(counterOf)),
      removed: new Set(rows.filter((row) => numberIn(row, 'removed') === 1).map(keyIn)),
      me,
      joinedAt: orNull(numberIn, columns, 'joined_at'),
      digest: orNull(bytesIn, columns, 'digest'),
      run: orNull(valueIn<RoomLog['run']>, columns, 'run'),
      settling: orNull(valueIn<RoomLog['settling']>, columns, 'settling'),
    };
  }

  /** Writes what differs from `before`. */
  save(room: number, log: RoomLog, before: RoomLog | null): void {
    this.#sql.saveRoom.run(
      log.cursor,
      log.epoch,
      log.joinedAt,
      log.digest,
      log.run && serialize(log.run),
      log.settling && serialize(log.settling),
      room,
    );
    for (const [key, member] of log.members) {
      const counter = log.counters.get(key);
      if (member === before?.members.get(key) && counter === before.counters.get(key)) continue;
      const { publicKey, name, leaving } = member;
      this.#sql.saveMember.run(room, publicKey, name, leaving ? 1 : 0, counter ?? null, 0);
    }
    if (log.removed === before?.removed) return;
    for (const key of log.removed) {
      if (!before?.removed.has(key)) this.#sql.saveMember.run(room, fromText(key), '', 0, null, 1);
    }
  }

  append(room: number, { seq, id, link, digest }: LoggedEntry): void {
    this.#sql.append.run(room, seq, id, link, digest);
  }

  setDigest(room: number, seq: number, digest: Uint8Array): void {
    this.#sql.setDigest.run(digest, room, seq);
  }

  placeOf(room: number, id: Uint8Array): number | null {
    const columns = this.#sql.byId.get(room, id);
    return columns ? numberIn(columns, 'seq') : null;
  }

  entryAt(room: number, seq: number): LoggedEntry | null {
    const columns = this.#sql.bySeq.get(room, seq);
    return columns ? entryOf(columns) : null;
  }

  entriesAfter(room: number, seq: number): LoggedEntry[] {
    return this.#sql.after.all(room, seq).map(entryOf);
  }
}

function keyIn(columns: Columns): string {
  return toText(bytesIn(columns, 'public_key'));
}

function memberOf(columns: Columns): MemberState {
  return {
    publicKey: bytesIn(columns, 'public_key'),
    name: textIn(columns, 'name'),
    leaving: numberIn(columns, 'leaving') === 1,
  };
}

function counterOf(columns: Columns): [string, number][] {
  const counter = orNull(numberIn, columns, 'counter');
  return counter === null ? [] : [[keyIn(columns), counter]];
}

/** A value that this store wrote itself. */
function valueIn<Value>(columns: Columns, name: string): Value {
  return deserialize(bytesIn(columns, name));
}

function entryOf(columns: Columns): LoggedEntry {
  return {
    seq: numberIn(columns, 'seq'),
    id: bytesIn(columns, 'id'),
    link: bytesIn(columns, 'link'),
    digest: orNull(bytesIn, columns, 'digest'),
  };
}

function prepare(database: DatabaseSync) {
  return {
    room: database.prepare(
      'SELECT cursor, epoch, joined_at, digest, run, settling FROM rooms WHERE number = ?',
    ),
    members: database.prepare('SELECT * FROM members WHERE room = ?'),
    saveRoom: database.prepare(
      `UPDATE rooms SET cursor = ?, epoch = ?, joined_at = ?, digest = ?, run = ?, settling = ? WHERE number = ?`,
    ),
    saveMember: database.prepare(
      `INSERT OR REPLACE INTO members (room, public_key, name, leaving, counter, removed)
       VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    append: database.prepare('INSERT INTO log (room, seq, id, link, digest) VALUES (?, ?, ?, ?, ?)'),
    setDigest: database.prepare('UPDATE log SET digest = ? WHERE room = ? AND seq = ?'),
    byId: database.prepare('SELECT seq FROM log WHERE room = ? AND id = ? ORDER BY seq LIMIT 1'),
    bySeq: database.prepare('SELECT * FROM log WHERE room = ? AND seq = ?'),
    after: database.prepare('SELECT * FROM log WHERE room = ? AND seq > ? ORDER BY seq'),
  };
}
