/// <reference path="./sqlite.d.ts" />
import Database, { type Statement as AnyStatement } from 'better-sqlite3-multiple-ciphers';
import type { Columns } from './columns.ts';
import { asRawKey } from './databaseKey.ts';

/** Where the store is: in a folder that only its owner may enter, under a master key of 32 bytes, or in memory. */
export type Place = { folder: string; key: Uint8Array } | 'memory';

export type Connection = Database;
export type Statement = AnyStatement<Columns>;

/** Whether a commit is on disk when it returns (`FULL`), or at the latest with the next checkpoint (`NORMAL`). */
export type Synchronous = 'FULL' | 'NORMAL';

/**
 * Opens a database in SQLCipher's format 4: AES-256-CBC and an HMAC-SHA-512 over each page and its number, checked
 * whenever a page is read. Without a key, the file is plain: only what is in memory may be.
 */
export function connect(path: string, key: Uint8Array | null, synchronous: Synchronous): Connection {
  const connection = new Database(path, { timeout: 500 });
  try {
    if (key) unlock(connection, key);
    // Exclusive: no other process comes in, and the write-ahead log needs no index file beside it.
    connection.pragma('locking_mode = EXCLUSIVE');
    connection.pragma('journal_mode = WAL');
    connection.pragma(`synchronous = ${synchronous}`);
    connection.pragma('secure_delete = ON');
    connection.pragma('temp_store = MEMORY');
    connection.pragma('foreign_keys = ON');
    connection.exec('BEGIN EXCLUSIVE; COMMIT');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** What stands in the way outside of this program: a full or read-only disk, a damaged file. Anything else is a bug. */
export function isStoreError(error: unknown): error is Error {
  return error instanceof Database.SqliteError && outside.has(primaryCode(error.code));
}

/** Why a database cannot be opened, as a sentence. */
export function openingProblem(error: Error, path: string): string {
  switch ('code' in error && typeof error.code === 'string' ? primaryCode(error.code) : '') {
    case 'SQLITE_BUSY':
      return `The profile's database ${path} is in use by another program. Stop that program first.`;
    case 'SQLITE_NOTADB':
      return `The profile's database ${path} cannot be opened: its key is another one, or the file is damaged.`;
    case 'SQLITE_CORRUPT':
      return damaged(path);
    case 'SQLITE_FULL':
      return `The profile's database ${path} cannot be opened: the disk is full. Make room and try again.`;
    case 'SQLITE_READONLY':
      return `The profile's database ${path} cannot be written. Correct its permissions, or choose another profile.`;
    default:
      return `The profile's database ${path} cannot be opened: ${error.message}.`;
  }
}

export function damaged(path: string): string {
  return `The profile's database ${path} is damaged. Restore the whole profile from a backup, or choose another.`;
}

/** Applies the migrations that the database has not seen; not ok: it was written by a newer version. */
export function migrate(connection: Connection, migrations: readonly string[]): boolean {
  const version = Number(connection.pragma('user_version', { simple: true }));
  if (version > migrations.length) return false;
  for (const [index, migration] of migrations.entries()) {
    if (index < version) continue;
    connection.exec('BEGIN IMMEDIATE');
    connection.exec(`${migration}; PRAGMA user_version = ${index + 1}; COMMIT`);
  }
  return true;
}

/** Reads every page that is in use, and so checks its authentication: for a database that is small. */
export function isWhole(connection: Connection): boolean {
  return connection.pragma('quick_check(1)', { simple: true }) === 'ok';
}

/** False where a reader stands in the way (https://www.sqlite.org/pragma.html#pragma_wal_checkpoint): then it stays as it is. */
export function emptyWriteAheadLog(connection: Connection): boolean {
  return connection.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0;
}

function unlock(connection: Connection, key: Uint8Array): void {
  connection.pragma("cipher = 'sqlcipher'");
  // SQLCipher's own format 4: but for its salt, the first page is encrypted and authenticated as a whole.
  connection.pragma('legacy = 4');
  const raw = asRawKey(key);
  connection.key(raw);
  raw.fill(0);
}

/** SQLITE_IOERR_WRITE is a kind of SQLITE_IOERR. */
function primaryCode(code: string): string {
  return code.split('_', 2).join('_');
}

const outside = new Set([
  'SQLITE_AUTH',
  'SQLITE_BUSY',
  'SQLITE_CANTOPEN',
  'SQLITE_CORRUPT',
  'SQLITE_FULL',
  'SQLITE_IOERR',
  'SQLITE_LOCKED',
  'SQLITE_NOLFS',
  'SQLITE_NOMEM',
  'SQLITE_NOTADB',
  'SQLITE_PERM',
  'SQLITE_PROTOCOL',
  'SQLITE_READONLY',
]);
