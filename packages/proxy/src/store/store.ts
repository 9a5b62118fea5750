import type { DatabaseSync } from 'node:sqlite';
import { orNull, textIn } from './columns.ts';
import { openDatabase, type Place, wipeDeleted } from './database.ts';
import { LogTable } from './logTable.ts';
import { OutboxTable } from './outboxTable.ts';
import { OwnKeyTable } from './ownKeyTable.ts';
import { RoomTable } from './roomTable.ts';
import { TimelineTable } from './timelineTable.ts';

export type OpenedStore = { ok: true; value: Store } | { ok: false; message: string };

/** A profile's memory. Not ok: a sentence that says why the profile cannot be used. */
export function openStore(place: Place): OpenedStore {
  const opened = openDatabase(place);
  return opened.ok ? { ok: true, value: new Store(opened.database, place === 'memory') } : opened;
}

export class Store {
  readonly ephemeral: boolean;
  readonly rooms: RoomTable;
  readonly ownKeys: OwnKeyTable;
  readonly log: LogTable;
  readonly outbox: OutboxTable;
  readonly timeline: TimelineTable;
  readonly #database: DatabaseSync;
  #stepping = false;
  #closed = false;

  constructor(database: DatabaseSync, ephemeral: boolean) {
    this.#database = database;
    this.ephemeral = ephemeral;
    this.rooms = new RoomTable(database);
    this.ownKeys = new OwnKeyTable(database);
    this.log = new LogTable(database);
    this.outbox = new OutboxTable(database);
    this.timeline = new TimelineTable(database);
  }

  /** M11: all of what `change` writes is on disk when this returns, none of it when it throws. */
  step<Value>(change: () => Value): Value {
    if (this.#stepping) throw new Error('a step inside a step');
    this.#stepping = true;
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const value = change();
        this.#database.exec('COMMIT');
        return value;
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    } finally {
      this.#stepping = false;
    }
  }

  /** After keys were deleted. */
  wipeDeleted(): void {
    wipeDeleted(this.#database);
  }

  name(): string | null {
    const columns = this.#database.prepare('SELECT name FROM profile').get();
    return columns ? orNull(textIn, columns, 'name') : null;
  }

  setName(name: string): void {
    this.#database.prepare('UPDATE profile SET name = ?').run(name);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#database.close();
  }
}
