import { bytesIn, type Columns, numberIn, orNull } from './columns.ts';
import type { Connection, Statement } from './database.ts';

/** The history writes of the last numbered step; null where they are surely in history.db. */
export interface JournalRow {
  readonly step: number;
  readonly writes: Uint8Array | null;
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

  journal(): JournalRow {
    const columns = this.#sql.journal.get();
    if (!columns) throw new Error('ratchet.db has no journal');
    return { step: numberIn(columns, 'step'), writes: orNull(bytesIn, columns, 'writes') };
  }

  setJournal({ step, writes }: JournalRow): void {
    this.#sql.setJournal.run(step, writes);
  }

  /** Forgets what history.db surely has. */
  clearJournal(): void {
    this.#sql.clearJournal.run();
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
    journal: prepare('SELECT step, writes FROM journal'),
    setJournal: prepare('UPDATE journal SET step = ?, writes = ?'),
    clearJournal: prepare('UPDATE journal SET writes = NULL WHERE writes IS NOT NULL'),
  };
}
