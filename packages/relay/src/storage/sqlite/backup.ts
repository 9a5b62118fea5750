import { closeSync, copyFileSync, fsyncSync, openSync, rmSync, statSync } from 'node:fs';
import { StartRefused } from '../../startRefused.ts';
import { openToRead } from './check.ts';
import { databaseFile, makePrivate } from './database.ts';
import { lockFolder } from './folderLock.ts';

/**
 * Writes the store as it is at one moment into a new file that only its owner reads; a relay may run on the folder
 * meanwhile. Rejects with `StartRefused` when there is no store, or the file exists or cannot be written.
 */
export async function backupSqlite(folder: string, file: string): Promise<void> {
  const database = openToRead(databaseFile(folder));
  try {
    createPrivate(file);
    try {
      database.prepare('VACUUM INTO ?').run(file);
      sync(file);
    } catch (error) {
      rmSync(file, { force: true });
      throw unwritable(file, error);
    }
  } finally {
    database.close();
  }
}

/**
 * Puts a backup into a data folder. Rejects with `StartRefused` when a relay runs on the folder, when there is a store
 * in it already, or when the file is not a whole backup.
 */
export async function restoreSqlite(file: string, folder: string): Promise<void> {
  refuseDamaged(file);
  makePrivate(folder);
  const unlock = lockFolder(folder);
  if (unlock === undefined) {
    throw new StartRefused('dataInUse', `A relay uses the data folder ${folder}. Stop it or name another.`);
  }
  const target = databaseFile(folder);
  try {
    if (statSync(target).size > 0) {
      throw new StartRefused(
        'dataUnusable',
        `The data folder ${folder} holds a store already. Name another.`,
      );
    }
    copyFileSync(file, target);
    sync(target);
  } finally {
    unlock();
  }
}

function refuseDamaged(file: string): void {
  const database = openToRead(file);
  try {
    if (database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'] === 'ok') return;
  } finally {
    database.close();
  }
  throw new StartRefused('dataUnusable', `${file} is damaged. Take another backup.`);
}

/** SQLite fills an empty file, and keeps its mode. */
function createPrivate(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    throw unwritable(file, error);
  }
}

function sync(file: string): void {
  const handle = openSync(file, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function unwritable(file: string, error: unknown): StartRefused {
  const reason = error instanceof Error ? error.message : String(error);
  return new StartRefused('dataUnusable', `The backup ${file} can't be written: ${reason}`);
}
