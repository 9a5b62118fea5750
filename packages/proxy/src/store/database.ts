import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { migrations } from './migrations.ts';

/** Where the database is: `profile.db` in a folder that only its owner may enter, or in memory. */
export type Place = { folder: string } | 'memory';

export type OpenedDatabase = { ok: true; database: DatabaseSync } | { ok: false; message: string };

/** Opens and migrates. Not ok: a file that is none of ours, or of a newer version. */
export function openDatabase(place: Place): OpenedDatabase {
  const path = place === 'memory' ? ':memory:' : privateFile(place.folder);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { enableForeignKeyConstraints: true });
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA secure_delete = ON;
      PRAGMA temp_store = MEMORY;
      PRAGMA busy_timeout = 2000;
    `);
    const migrated = migrate(database);
    // K7: what a killed process had deleted may still be in the write-ahead log that it left.
    if (migrated.ok) wipeDeleted(database);
    return migrated;
  } catch (error) {
    database?.close();
    if (!isStoreError(error)) throw error;
    return { ok: false, message: `The profile's database ${path} cannot be opened: ${error.message}.` };
  }
}

/** What SQLite threw: a full disk, a damaged file. Anything else is a bug. */
export function isStoreError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';
}

/** After keys were deleted: the write-ahead log must not keep a copy of their pages. */
export function wipeDeleted(database: DatabaseSync): void {
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

/** SQLite gives its side files (`-wal`, `-shm`) the same permissions. */
function privateFile(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const path = join(folder, 'profile.db');
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  return path;
}

function migrate(database: DatabaseSync): OpenedDatabase {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (version > migrations.length) {
    database.close();
    return {
      ok: false,
      message: 'This profile was written by a newer version. Install that version to open it.',
    };
  }
  for (const [index, migration] of migrations.entries()) {
    if (index < version) continue;
    database.exec(`BEGIN IMMEDIATE; ${migration}; PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
  return { ok: true, database };
}
