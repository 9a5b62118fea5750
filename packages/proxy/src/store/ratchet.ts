import { bytesIn, type Columns, numberIn } from './columns.ts';
import { type Connection, emptyWriteAheadLog, type Statement } from './database.ts';

/** The history writes of one step. */
export interface JournalRow {
  readonly step: number;
  readonly writes: Uint8Array;
}

/** Where a table of the ratchet lies. */
export interface RatchetStatements {
  prepare(sql: string): Statement;
}

/** ratchet.db: its commit is the moment from which on a step has happened. */
export class Ratchet implements RatchetStatements {
  readonly #connection: Connection;
  readonly #sql: ReturnType<typeof prepareStatements>;
  #changesBefore = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#sql = prepareStatements(connection);
  }

  prepare(sql: string): Statement {
    return this.#connection.prepare<Columns>(sql);
  }

  begin(): void {
    this.#sql.begin.run();
    this.#changesBefore = this.#changes();
  }

  /** Whether the open transaction has written anything here. */
  changed(): boolean {
    return this.#changes() !== this.#changesBefore;
  }

  commit(): void {
    this.#sql.commit.run();
  }

  /** Where SQLite has already rolled back by itself, there is nothing left to do. */
  rollback(): void {
    if (this.#connection.inTransaction) this.#sql.rollback.run();
  }

  lastStep(): number {
    const columns = this.#sql.lastStep.get();
    if (!columns) throw new Error('ratchet.db has no journal');
    return numberIn(columns, 'step');
  }

  /** The steps after this one whose writes are not forgotten, in order. */
  journalAfter(step: number): JournalRow[] {
    return this.#sql.journalAfter
      .all(step)
      .map((columns) => ({ step: numberIn(columns, 'step'), writes: bytesIn(columns, 'writes') }));
  }

  addToJournal({ step, writes }: JournalRow): void {
    this.#sql.addToJournal.run(step, writes);
  }

  /** Forgets the writes of all steps, but not how many there were. */
  clearJournal(): void {
    this.#sql.removeFormer.run();
    this.#sql.clearLast.run();
  }

  /** Used keys may still be in the write-ahead log. */
  emptyWriteAheadLog(): void {
    emptyWriteAheadLog(this.#connection);
  }

  close(): void {
    this.#connection.close();
  }

  #changes(): number {
    const columns = this.#sql.changes.get();
    return columns ? numberIn(columns, 'changes') : 0;
  }
}

function prepareStatements(connection: Connection) {
  const prepare = (sql: string): Statement => connection.prepare<Columns>(sql);
  return {
    begin: prepare('BEGIN IMMEDIATE'),
    commit: prepare('COMMIT'),
    rollback: prepare('ROLLBACK'),
    changes: prepare('SELECT total_changes() AS changes'),
    lastStep: prepare('SELECT MAX(step) AS step FROM journal'),
    journalAfter: prepare(
      'SELECT step, writes FROM journal WHERE step > ? AND writes IS NOT NULL ORDER BY step',
    ),
    addToJournal: prepare('INSERT INTO journal (step, writes) VALUES (?, ?)'),
    removeFormer: prepare('DELETE FROM journal WHERE step < (SELECT MAX(step) FROM journal)'),
    clearLast: prepare('UPDATE journal SET writes = NULL WHERE writes IS NOT NULL'),
  };
}
