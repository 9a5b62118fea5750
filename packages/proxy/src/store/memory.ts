import type { Columns } from './columns.ts';
import { type Connection, connect, type Statement } from './database.ts';
import type { HistoryStatements, HistoryWrite } from './history.ts';
import { historyMigrations } from './historyMigrations.ts';
import type { RatchetStatements } from './ratchet.ts';
import { ratchetMigrations } from './ratchetMigrations.ts';

/** Above all numbers that an outbox on disk ever gives: an item that is moved here keeps its own. */
export const firstNumberInMemory = 2 ** 40;

/**
 * D9: what is said in rooms off the record, drafted there and waiting to be sent. A third database, with the tables of the
 * other two: the same classes read and write it, so that search, expiry and steps are those of every room. It has no file:
 * SQLite has no name under which it could write a page, a journal or an overflow of it, and no row of it ever passes
 * through the databases that have one. It ends with the store.
 *
 * It also knows which rooms these are, so that a write need not ask a database.
 */
export class Memory implements HistoryStatements, RatchetStatements {
  readonly #connection: Connection;
  readonly #begin: Statement;
  readonly #commit: Statement;
  readonly #rollback: Statement;
  #rooms: ReadonlySet<number> = new Set();
  /** As of the last commit. */
  #roomsBefore = this.#rooms;

  constructor() {
    this.#connection = openInMemory();
    this.#begin = this.prepare('BEGIN');
    this.#commit = this.prepare('COMMIT');
    this.#rollback = this.prepare('ROLLBACK');
  }

  /** After opening: the rooms that are off the record. What they held is gone. */
  startWith(rooms: Iterable<number>): void {
    this.#rooms = new Set(rooms);
    this.#roomsBefore = this.#rooms;
  }

  /** Whether a room is off the record. */
  has(room: number): boolean {
    return this.#rooms.has(room);
  }

  /** Inside a step. */
  add(room: number): void {
    this.#rooms = new Set([...this.#rooms, room]);
  }

  /** Inside a step. */
  remove(room: number): void {
    this.#rooms = new Set([...this.#rooms].filter((one) => one !== room));
  }

  prepare(sql: string): Statement {
    return this.#connection.prepare<Columns>(sql);
  }

  read(sql: string): Statement {
    return this.prepare(sql);
  }

  write(name: string, sql: string): HistoryWrite {
    const statement = this.prepare(sql);
    return (...parameters) => {
      if (!this.#connection.inTransaction) throw new Error(`${name} outside a step`);
      statement.run(...parameters);
    };
  }

  begin(): void {
    this.#begin.run();
  }

  commit(): void {
    this.#commit.run();
    this.#roomsBefore = this.#rooms;
  }

  rollback(): void {
    this.#rooms = this.#roomsBefore;
    if (this.#connection.inTransaction) this.#rollback.run();
  }

  close(): void {
    this.#connection.close();
  }
}

/** Rooms themselves are on disk: nothing here refers to their rows. */
function openInMemory(): Connection {
  const connection = connect(':memory:', null, 'NORMAL');
  for (const migration of [...ratchetMigrations, ...historyMigrations]) connection.exec(migration);
  connection.exec(`DROP TRIGGER timeline_room; PRAGMA foreign_keys = OFF;
    INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ${firstNumberInMemory})`);
  return connection;
}
