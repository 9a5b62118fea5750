import {
  type Connection,
  connect,
  damaged,
  isStoreError,
  isWhole,
  migrate,
  openingProblem,
} from './database.ts';
import { type DatabaseName, databaseKey } from './databaseKey.ts';
import { historyMigrations } from './historyMigrations.ts';
import { ratchetMigrations } from './ratchetMigrations.ts';

export type OpenedDatabase = { ok: true; value: Connection } | { ok: false; message: string };

/** Not ok: a sentence that says why the database cannot be used. Without a master key it is plain text. */
export function openDatabase(name: DatabaseName, path: string, master: Uint8Array | null): OpenedDatabase {
  const key = master && databaseKey(master, name);
  let connection: Connection | undefined;
  try {
    // What the history has not yet on disk is in the journal that the ratchet keeps.
    connection = connect(path, key, name === 'ratchet' ? 'FULL' : 'NORMAL');
    const problem = problemOf(name, connection, path);
    if (problem === null) return { ok: true, value: connection };
    connection.close();
    return { ok: false, message: problem };
  } catch (error) {
    connection?.close();
    if (!isStoreError(error)) throw error;
    return { ok: false, message: openingProblem(error, path) };
  } finally {
    key?.fill(0);
  }
}

/** Every page of the ratchet is checked at once, those of the history when they are read: it may be large. */
function problemOf(name: DatabaseName, connection: Connection, path: string): string | null {
  if (name === 'ratchet' && !isWhole(connection)) return damaged(path);
  if (!migrate(connection, name === 'ratchet' ? ratchetMigrations : historyMigrations)) {
    return 'This profile was written by a newer version. Install that version to open it.';
  }
  // FTS5 reads these when it is first used, and then says of damage no more than that it failed.
  if (name === 'history') {
    connection.prepare('SELECT * FROM words_config').all();
    connection.prepare('SELECT block FROM words_data WHERE id <= 10').all();
  }
  return null;
}
