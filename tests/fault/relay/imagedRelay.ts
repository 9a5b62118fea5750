/**
 * A relay in a process of its own that keeps an image of its database as the disk would hold it if the machine lost its
 * power: of what has been synced, and of nothing else.
 *
 * When SQLite syncs follows from its own setting (https://www.sqlite.org/pragma.html#pragma_synchronous): in WAL mode
 * and with FULL at each commit; with OFF never, so that all that came after the start is in the page cache alone, which
 * `kill -9` of a process leaves as it is and a power cut does not. The setting is read from the connection that
 * commits. Everything else is the relay as it is.
 *
 *     node imagedRelay.ts <data folder> <image folder> <FULL or OFF>
 */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startRelay } from '@otr/relay';

const [data = '', image = '', synchronous = ''] = process.argv.slice(2);
const syncsCommits = 2;
const { exec } = DatabaseSync.prototype;

DatabaseSync.prototype.exec = function (sql: string): void {
  exec.call(this, sql.replace('synchronous = FULL', `synchronous = ${synchronous}`));
  if (sql === 'COMMIT' && settingOf(this) >= syncsCommits) takeImage();
};

function settingOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA synchronous').get()?.['synchronous']);
}

/** The commit's caller waits: nothing is acknowledged that the image does not have. */
function takeImage(): void {
  const next = `${image}.next`;
  rmSync(next, { recursive: true, force: true });
  mkdirSync(next);
  // The index of the WAL (relay.db-shm) is never synced; SQLite makes it anew from the WAL.
  for (const name of ['relay.db', 'relay.db-wal'])
    if (existsSync(join(data, name))) copyFileSync(join(data, name), join(next, name));
  rmSync(image, { recursive: true, force: true });
  renameSync(next, image);
}

const relay = await startRelay({ host: '127.0.0.1', port: 0, data });
// What was there at the start has been written back long ago.
takeImage();
process.stdout.write(`${relay.url}\n`);
