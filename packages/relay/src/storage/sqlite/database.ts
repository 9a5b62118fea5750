import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartRefused } from '../../startRefused.ts';
import { indexWaiting } from './entryIds.ts';
import { lockFolder } from './folderLock.ts';
import { migrations } from './schema.ts';
import { transaction } from './transaction.ts';

/** How long a write waits for a program that holds the file, in milliseconds; the relay stands still meanwhile. */
const busyMs = 250;
const pageSize = 4096;
/** Pages of the write-ahead log that are carried over at once: more is faster, and a longer pause for one batch. */
const checkpointPages = 1_000;
/** Pages in memory, in KiB. */
const cacheKiB = 16 * 1024;

export interface OpenDatabase {
  database: DatabaseSync;
  close(): void;
}

export function databaseFile(folder: string): string {
  return join(folder, 'relay.db');
}

/** Opens the database of a data folder, or one in memory, at the newest schema. Throws `StartRefused`. */
export function openDatabase(data: string, maxBytes: number): OpenDatabase {
  const opened = data === ':memory:' ? openMemory() : openFolder(data);
  try {
    migrate(opened.database);
    indexWaiting(opened.database);
    opened.database.exec(`PRAGMA max_page_count = ${Math.ceil(maxBytes / pageSize)}`);
    return opened;
  } catch (error) {
    opened.close();
    throw error;
  }
}

function openMemory(): OpenDatabase {
  const database = new DatabaseSync(':memory:');
  return { database, close: () => database.close() };
}

function openFolder(folder: string): OpenDatabase {
  makePrivate(folder);
  const unlock = lockFolder(folder);
  if (unlock === undefined) {
    throw new StartRefused(
      'dataInUse',
      `Another relay uses the data folder ${folder}. Stop it or name another.`,
    );
  }
  const database = new DatabaseSync(databaseFile(folder), {
    timeout: busyMs,
    enableForeignKeyConstraints: false,
  });
  const close = () => {
    database.close();
    unlock();
  };
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    database.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}; PRAGMA cache_size = -${cacheKiB}`);
    return { database, close };
  } catch (error) {
    close();
    throw new StartRefused('dataUnusable', `The data folder ${folder} can't be used: ${sentenceOf(error)}`);
  }
}

/** A folder and files that only their owner reads; SQLite gives its WAL the mode of the database file. */
export function makePrivate(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    for (const name of ['relay.db', 'relay.lock']) {
      closeSync(openSync(join(folder, name), 'a', 0o600));
      chmodSync(join(folder, name), 0o600);
    }
  } catch (error) {
    throw new StartRefused('dataUnusable', `The data folder ${folder} can't be used: ${sentenceOf(error)}`);
  }
}

function migrate(database: DatabaseSync): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (version > migrations.length) {
    throw new StartRefused(
      'dataTooNew',
      'The data folder was written by a newer relay. Update this one or name another folder.',
    );
  }
  for (const [step, migration] of migrations.entries()) {
    if (step < version) continue;
    transaction(database, () => {
      database.exec(migration);
      database.exec(`PRAGMA user_version = ${step + 1}`);
    });
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
