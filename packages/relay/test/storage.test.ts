import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { defaultLimits } from '../src/options.ts';
import { openSqlite, type SqliteLimits } from '../src/storage/sqlite/open.ts';
import { migrations } from '../src/storage/sqlite/schema.ts';
import { StorageFailure } from '../src/storage/storage.ts';
import { MiB } from './storageContract/roomy.ts';
import { storageContract } from './storageContract.ts';
import { create, headOf, message, openRoom, writeOne } from './storedRoom.ts';
import { afterTest, dataFolder } from './testRelay.ts';

/** Closes the store after the test, where the test has not done so itself. */
function opened(data: string, limits: SqliteLimits = defaultLimits, idsAtOnce?: number) {
  const storage = openSqlite(data, limits, idsAtOnce);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= storage.close();
    return closing;
  };
  afterTest(close);
  return { ...storage, close };
}

storageContract('SQLite in memory', async (limits) => opened(':memory:', { ...defaultLimits, ...limits }));
storageContract('SQLite in a folder', async (limits) =>
  opened(dataFolder(), { ...defaultLimits, ...limits }),
);
storageContract('SQLite that indexes few ids at once', async (limits) =>
  opened(':memory:', { ...defaultLimits, ...limits }, 3),
);

test('what was written is there when the folder is opened again', async () => {
  const folder = dataFolder();
  const [room, accessKey] = [randomBytes(16), randomBytes(32)];
  const first = opened(folder);
  await first.write([create(room, accessKey)], 1);
  await first.close();
  expect(await opened(folder).findAccess(room, accessKey)).toEqual({ found: 'access', access: 0 });
});

test('a second relay on the same folder is refused with a sentence, and admitted when the first is gone', async () => {
  const folder = dataFolder();
  const first = opened(folder);
  expect(() => openSqlite(folder, defaultLimits)).toThrow(/Another relay uses the data folder/);
  await first.close();
  opened(folder);
});

test.skipIf(process.platform === 'win32')('only the owner may read the folder and its files', async () => {
  const folder = join(dataFolder(), 'data');
  await opened(folder).write([create(randomBytes(16))], 1);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const modes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777]);
  expect(modes.map(([name]) => name)).toContain('relay.db-wal');
  for (const [name, mode] of modes) expect([name, mode]).toEqual([name, 0o600]);
});

test('[L2] the database is in WAL mode and syncs each commit', async () => {
  const folder = dataFolder();
  opened(folder);
  const reader = new DatabaseSync(join(folder, 'relay.db'));
  afterTest(() => reader.close());
  expect(reader.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  expect(reader.prepare('PRAGMA user_version').get()).toEqual({ user_version: migrations.length });
});

test('a folder of a newer relay is refused with a sentence', async () => {
  const folder = dataFolder();
  await opened(folder).close();
  const database = new DatabaseSync(join(folder, 'relay.db'));
  database.exec(`PRAGMA user_version = ${migrations.length + 1}`);
  database.close();
  expect(() => openSqlite(folder, defaultLimits)).toThrow(/newer relay/);
});

test('a full store fails the whole batch, keeps what it had and works again when there is space', async () => {
  const storage = opened(':memory:', { ...defaultLimits, databaseBytes: MiB });
  const { room } = await openRoom(storage);
  const large = () => ({ ...message(room, 0), body: randomBytes(100_000) });
  const fill = async () => {
    for (let n = 0; n < 100; n += 1) await storage.write([message(room, 0), large(), message(room, 0)], 1);
  };
  await expect(fill()).rejects.toThrow(StorageFailure);
  const before = await storage.snapshot(room, 0);
  await expect(fill()).rejects.toThrow(StorageFailure);
  expect(await storage.snapshot(room, 0)).toEqual(before);
  const head = await headOf(storage, room);
  await storage.prune(2, 0);
  expect(await writeOne(storage, large())).toMatchObject({ entry: { seq: head + 1 } });
});

test('a write that fails leaves nothing behind in memory: the same batch again does it all', async () => {
  const folder = dataFolder();
  const storage = opened(folder);
  const { room } = await openRoom(storage);
  await writeOne(storage, message(room, 0));
  const intruder = new DatabaseSync(join(folder, 'relay.db'));
  intruder.exec('BEGIN IMMEDIATE');
  const batch = [message(room, 0), message(room, 0)];
  await expect(storage.write(batch, 1)).rejects.toThrow(StorageFailure);
  expect(await headOf(storage, room)).toBe(1);
  intruder.exec('ROLLBACK');
  intruder.close();
  expect(await storage.write(batch, 1)).toMatchObject([{ entry: { seq: 2 } }, { entry: { seq: 3 } }]);
});
