import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseName } from './databaseKey.ts';

export type ProfileFiles = Record<DatabaseName, string>;
export type FoundFiles = { ok: true; files: ProfileFiles } | { ok: false; message: string };

/** The database files of a profile, made if need be: for their owner only. SQLite gives its side files the same mode. */
export function profileFiles(folder: string): FoundFiles {
  if (existsSync(join(folder, 'profile.db'))) {
    return {
      ok: false,
      message: `The profile in ${folder} was made by an early version of this program, which this one cannot read. Choose another profile.`,
    };
  }
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    keepPrivate(folder, 0o700);
    const files = { ratchet: join(folder, 'ratchet.db'), history: join(folder, 'history.db') };
    for (const file of Object.values(files)) {
      closeSync(openSync(file, 'a', 0o600));
      keepPrivate(file, 0o600);
    }
    return { ok: true, files };
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    return {
      ok: false,
      message: `The profile in ${folder} cannot be used (${error.message}). Correct its permissions, or choose another.`,
    };
  }
}

function keepPrivate(path: string, mode: number): void {
  if (process.platform !== 'win32') chmodSync(path, mode);
}
