import type { DatabaseSync } from 'node:sqlite';
import { StorageFailure } from '../storage.ts';

/** All or nothing, on disk when it returns. */
export function transaction<Value>(database: DatabaseSync, run: () => Value): Value {
  return guarded(() => {
    database.exec('BEGIN IMMEDIATE');
    try {
      const value = run();
      database.exec('COMMIT');
      return value;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  });
}

/** SQLite's own errors (disk full, read-only, busy) are the store's failures; all others are bugs. */
export function guarded<Value>(run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    if (isSqliteError(error)) {
      throw new StorageFailure(error.message, { cause: error });
    }
    throw error;
  }
}

export function isSqliteError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';
}
