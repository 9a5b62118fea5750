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
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startRelay } from '@otr/relay';

const [data = '', image = '', synchronous = ''] = process.argv.slice(2);
const syncsCommits = 2;
const { exec } = DatabaseSync.prototype;
/** The one that is taken next is the other one. */
let slot = 1;

DatabaseSync.prototype.exec = function (sql: string): void {
  exec.call(this, sql.replace('synchronous = FULL', `synchronous = ${synchronous}`));
  if (sql === 'COMMIT' && settingOf(this) >= syncsCommits) takeImage();
};

function settingOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA synchronous').get()?.['synchronous']);
}

/**
 * The commit's caller waits: nothing is acknowledged that the image does not have. There are two, and a file that names
 * the one that is whole, since this process may be killed in the midst of it.
 */
function takeImage(): void {
  slot = 1 - slot;
  const folder = join(image, String(slot));
  mkdirSync(folder, { recursive: true });
  // The index of the WAL (relay.db-shm) is never synced; SQLite makes it anew from the WAL.
  for (const name of ['relay.db', 'relay.db-wal']) {
    if (existsSync(join(data, name))) copyFileSync(join(data, name), join(folder, name));
    else rmSync(join(folder, name), { force: true });
  }
  writeFileSync(join(image, 'next'), String(slot));
  renameSync(join(image, 'next'), join(image, 'current'));
}

const relay = await startRelay({ host: '127.0.0.1', port: 0, data });
// What was there at the start has been written back long ago.
takeImage();
process.stdout.write(`${relay.url}\n`);
