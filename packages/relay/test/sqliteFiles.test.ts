import { randomBytes } from 'node:crypto';
import { rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { defaultLimits } from '../src/options.ts';
import { backupSqlite, restoreSqlite } from '../src/storage/sqlite/backup.ts';
import { checkSqlite } from '../src/storage/sqlite/check.ts';
import { openSqlite } from '../src/storage/sqlite/open.ts';
import { commit, fetchAll, knockWith, message, openRoom, roomWithMessage, writeOne } from './storedRoom.ts';
import { afterTest, dataFolder } from './testRelay.ts';
import { testSlice } from './testRoom.ts';

/** A folder with a room that has slices and one that has all else, and the way to close its store. */
async function filledFolder() {
  const folder = dataFolder();
  const storage = openSqlite(folder, defaultLimits);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= storage.close();
    return closing;
  };
  afterTest(close);
  const { room } = await roomWithMessage(storage);
  await storage.write([{ ...message(room, 0), slices: [testSlice(randomBytes(32))] }], 1);
  const { room: other, invite } = await openRoom(storage);
  const [a, b] = [knockWith(other, invite), knockWith(other, invite)];
  const admitting = { ...commit(other, 0), welcomes: [{ knock: a.id, sealed: randomBytes(90) }] };
  await storage.write([a, b, message(other, 0), admitting, message(other, 1)], 1);
  return { folder, storage, close, room, other };
}

/** Changes the closed database behind the relay's back. */
function damage(folder: string, sql: string): void {
  const database = new DatabaseSync(join(folder, 'relay.db'));
  database.exec(sql);
  database.close();
}

test('a check of a store that is in use finds nothing wrong', async () => {
  const { folder } = await filledFolder();
  expect(await checkSqlite(folder)).toEqual({ rooms: 2, entries: 5, problems: [] });
});

test.each([
  ['UPDATE runs SET packed = zeroblob(40) WHERE seq = 2', /^2 entries cannot be read/],
  ['UPDATE runs SET epoch = epoch + 1 WHERE seq = 1', /^2 entries cannot be read/],
  ['UPDATE runs SET first = first - 1, seq = seq - 1 WHERE seq = 1', /^2 entries cannot be read/],
  ['DELETE FROM runs WHERE seq = 1', /^2 rooms have holes/],
  ['UPDATE rooms SET head = head - 1', /^2 entries are outside/],
  ['UPDATE rooms SET log_bytes = log_bytes + 1', /^2 rooms have a log of another size/],
  ['UPDATE slices SET seq = 9', /^1 slices have no entry/],
  ['DELETE FROM invites', /^1 rooms have another number of invites/],
  ['DELETE FROM unindexed', /^5 entries are not found by their id/],
  [
    'UPDATE runs SET packed = CAST(substr(packed, 1, 13) || zeroblob(16) || substr(packed, 30) AS BLOB)',
    /^3 ids belong to several entries/,
  ],
  ["INSERT INTO entry_ids SELECT DISTINCT room, x'00', 1 FROM runs", /^2 ids have no entry/],
  ['DELETE FROM knocks', /^1 rooms have another number of invites or knocks/],
  ['DELETE FROM access', /^2 rooms have no access key/],
])('a check finds what %s has done', async (sql, problem) => {
  const { folder, close } = await filledFolder();
  await close();
  damage(folder, sql);
  const { problems } = await checkSqlite(folder);
  expect(problems.filter((sentence) => problem.test(sentence))).toHaveLength(1);
});

test('a check finds a damaged file', async () => {
  const { folder, storage, close, other } = await filledFolder();
  const many = Array.from({ length: 200 }, () => message(other, 1));
  await storage.write(many, 1);
  await close();
  const file = join(folder, 'relay.db');
  const database = new DatabaseSync(file);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  truncateSync(file, statSync(file).size - 8_192);
  const outcome = await checkSqlite(folder).then(
    ({ problems }) => problems.join(),
    (error: unknown) => String(error),
  );
  expect(outcome).toMatch(/damaged|not a relay's database/);
});

test('a backup of a store in use, put into another folder, is that store', async () => {
  const { folder, storage, room, other } = await filledFolder();
  const file = join(dataFolder(), 'backup.db');
  await backupSqlite(folder, file);
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  const before = [await fetchAll(storage, room), await fetchAll(storage, other)];
  await writeOne(storage, message(other, 1));
  const target = join(dataFolder(), 'restored');
  await restoreSqlite(file, target);
  expect(await checkSqlite(target)).toEqual({ rooms: 2, entries: 5, problems: [] });
  const restored = openSqlite(target, defaultLimits);
  afterTest(() => restored.close());
  expect([await fetchAll(restored, room), await fetchAll(restored, other)]).toEqual(before);
});

test('a backup overwrites nothing, and a folder without a store has none', async () => {
  const { folder } = await filledFolder();
  const file = join(dataFolder(), 'backup.db');
  writeFileSync(file, 'something');
  await expect(backupSqlite(folder, file)).rejects.toThrow(/can't be written/);
  expect(statSync(file).size).toBe(9);
  rmSync(file);
  await expect(backupSqlite(dataFolder(), file)).rejects.toThrow(/not a relay's database/);
});

test('a backup is not put where a store is, nor where a relay runs, nor when it is something else', async () => {
  const { folder, close } = await filledFolder();
  const file = join(dataFolder(), 'backup.db');
  await backupSqlite(folder, file);
  await expect(restoreSqlite(file, folder)).rejects.toThrow(/A relay uses the data folder/);
  await close();
  await expect(restoreSqlite(file, folder)).rejects.toThrow(/holds a store already/);
  writeFileSync(file, randomBytes(10_000));
  await expect(restoreSqlite(file, dataFolder())).rejects.toThrow(/not a relay's database/);
});
