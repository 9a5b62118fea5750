import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * One relay a folder: holds SQLite's exclusive lock on a file of its own, which the operating system lets go
 * when the process ends, however it ends. Returns the way to let go, or undefined when another holds it.
 */
export function lockFolder(folder: string): (() => void) | undefined {
  const lock = new DatabaseSync(join(folder, 'relay.lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch {
    lock.close();
    return undefined;
  }
  return () => lock.close();
}
