import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export type Lock =
  | { kind: 'held'; unlock: () => void }
  | { kind: 'inUse' }
  | { kind: 'failed'; reason: string };

/**
 * Held as long as the process lives: an exclusive transaction of SQLite on a file of its own. The system releases it
 * when the process ends, however it ends, so that no stale lock is left, on every platform.
 */
export function lockProfile(folder: string): Lock {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(folder, 'lock'), { timeout: 0 });
    const held = database;
    held.exec('BEGIN EXCLUSIVE');
    return { kind: 'held', unlock: () => held.close() };
  } catch (error) {
    database?.close();
    if (!(error instanceof Error && 'errcode' in error)) throw error;
    return error.errcode === busy ? { kind: 'inUse' } : { kind: 'failed', reason: error.message };
  }
}

/** SQLITE_BUSY */
const busy = 5;
