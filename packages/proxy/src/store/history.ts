import { deserialize, serialize } from 'node:v8';
import { type Columns, numberIn } from './columns.ts';
import { type Connection, emptyWriteAheadLog, type Statement } from './database.ts';

type Parameter = string | number | Uint8Array | null;

/** A statement that changes history.db; inside a step only. */
export type HistoryWrite = (...parameters: Parameter[]) => void;

/** Where a table of the history lies. */
export interface HistoryStatements {
  /** A statement that only reads. */
  read(sql: string): Statement;
  /** Each name once. */
  write(name: string, sql: string): HistoryWrite;
}

/** What a step wrote: the names of its statements, and their parameters. */
type Written = readonly [name: string, parameters: readonly Parameter[]];

/** history.db: what it is told in a step it also remembers, so that a journal row can hold it. */
export class History implements HistoryStatements {
  readonly #connection: Connection;
  readonly #writes = new Map<string, Statement>();
  readonly #begin: Statement;
  readonly #commit: Statement;
  readonly #rollback: Statement;
  readonly #applied: Statement;
  readonly #setApplied: Statement;
  #written: Written[] | null = null;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#begin = this.read('BEGIN IMMEDIATE');
    this.#commit = this.read('COMMIT');
    this.#rollback = this.read('ROLLBACK');
    this.#applied = this.read('SELECT step FROM applied');
    this.#setApplied = this.read('UPDATE applied SET step = ?');
  }

  /** A statement that a journal row need not hold. */
  read(sql: string): Statement {
    return this.#connection.prepare<Columns>(sql);
  }

  /** The name is part of what a journal row holds. */
  write(name: string, sql: string): HistoryWrite {
    if (this.#writes.has(name)) throw new Error(`two statements are named ${name}`);
    const statement = this.read(sql);
    this.#writes.set(name, statement);
    return (...parameters) => {
      if (!this.#written) throw new Error(`${name} outside a step`);
      statement.run(...parameters);
      this.#written.push([name, parameters]);
    };
  }

  begin(): void {
    this.#begin.run();
    this.#written = [];
  }

  /** Whether the open step has written anything here. */
  changed(): boolean {
    return this.#written !== null && this.#written.length > 0;
  }

  /** What the open step has written here, for a journal row. */
  written(): Uint8Array {
    return serialize(this.#written ?? []);
  }

  commit(): void {
    this.#commit.run();
    this.#written = null;
  }

  /** Where SQLite has already rolled back by itself, there is nothing left to do. */
  rollback(): void {
    this.#written = null;
    if (this.#connection.inTransaction) this.#rollback.run();
  }

  /** The last step whose writes are here. */
  applied(): number {
    const columns = this.#applied.get();
    if (!columns) throw new Error('history.db counts no steps');
    return numberIn(columns, 'step');
  }

  /** Inside a transaction: with the step's own writes, or not at all. */
  setApplied(step: number): void {
    this.#setApplied.run(step);
  }

  /** Writes a journal row's writes once more. */
  replay(step: number, bytes: Uint8Array): void {
    const written: Written[] = deserialize(bytes);
    this.#begin.run();
    try {
      for (const [name, parameters] of written) this.#statement(name).run(...parameters);
      this.setApplied(step);
      this.#commit.run();
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  /** What was deleted may still be in the write-ahead log. True: all that was committed is on disk. */
  emptyWriteAheadLog(): boolean {
    return emptyWriteAheadLog(this.#connection);
  }

  close(): void {
    this.#connection.close();
  }

  #statement(name: string): Statement {
    const statement = this.#writes.get(name);
    if (!statement) throw new Error(`the journal names the unknown statement ${name}`);
    return statement;
  }
}
