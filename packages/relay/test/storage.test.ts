import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { defaultLimits } from '../src/options.ts';
import { migrations } from '../src/storage/schema.ts';
import { openSqlite } from '../src/storage/sqlite.ts';
import { storageContract } from './storageContract.ts';
import { afterTest, dataFolder } from './testRelay.ts';

function opened(data: string, limits = defaultLimits) {
  const storage = openSqlite(data, limits);
  afterTest(() => storage.close());
  return storage;
}

storageContract('SQLite in memory', (limits) => opened(':memory:', { ...defaultLimits, ...limits }));
storageContract('SQLite in a folder', (limits) => opened(dataFolder(), { ...defaultLimits, ...limits }));

test('what was written is there when the folder is opened again', () => {
  const folder = dataFolder();
  const [room, accessKey] = [randomBytes(16), randomBytes(32)];
  const first = openSqlite(folder, defaultLimits);
  first.write([{ kind: 'createRoom', room, accessKey }], 1);
  first.close();
  expect(opened(folder).accessKey(room)).toEqual(accessKey);
});

test('a second relay on the same folder is refused with a sentence, and admitted when the first is gone', () => {
  const folder = dataFolder();
  const first = openSqlite(folder, defaultLimits);
  expect(() => openSqlite(folder, defaultLimits)).toThrow(/Another relay uses the data folder/);
  first.close();
  opened(folder);
});

test.skipIf(process.platform === 'win32')('only the owner may read the folder and its files', () => {
  const folder = join(dataFolder(), 'data');
  opened(folder).write([{ kind: 'createRoom', room: randomBytes(16), accessKey: randomBytes(32) }], 1);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const modes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777]);
  expect(modes.map(([name]) => name)).toContain('relay.db-wal');
  for (const [name, mode] of modes) expect([name, mode]).toEqual([name, 0o600]);
});

test('[L2] the database is in WAL mode and syncs each commit', () => {
  const folder = dataFolder();
  opened(folder);
  const reader = new DatabaseSync(join(folder, 'relay.db'));
  afterTest(() => reader.close());
  expect(reader.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  expect(reader.prepare('PRAGMA user_version').get()).toEqual({ user_version: migrations.length });
});

test('a folder of a newer relay is refused with a sentence', () => {
  const folder = dataFolder();
  openSqlite(folder, defaultLimits).close();
  const database = new DatabaseSync(join(folder, 'relay.db'));
  database.exec(`PRAGMA user_version = ${migrations.length + 1}`);
  database.close();
  expect(() => openSqlite(folder, defaultLimits)).toThrow(/newer relay/);
});
