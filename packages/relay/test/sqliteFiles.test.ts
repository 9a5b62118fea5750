import { randomBytes } from 'node:crypto';
import { rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { unpackEntry } from '@otr/protocol';
import { expect, test } from 'vitest';
import { defaultLimits } from '../src/options.ts';
import { backupSqlite, restoreSqlite } from '../src/storage/sqlite/backup.ts';
import { checkSqlite } from '../src/storage/sqlite/check.ts';
import { openSqlite } from '../src/storage/sqlite/open.ts';
import { migrations } from '../src/storage/sqlite/schema.ts';
import {
  commit,
  envelope,
  fetchAll,
  knockWith,
  message,
  openRoom,
  pairwiseRoom,
  writeOne,
} from './storedRoom.ts';
import { afterTest, dataFolder } from './testRelay.ts';
import { testSlice } from './testRoom.ts';

/** A folder with a room of each kind, and the way to close its store. */
async function filledFolder() {
  const folder = dataFolder();
  const storage = openSqlite(folder, defaultLimits);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= storage.close();
    return closing;
  };
  afterTest(close);
  const { room, key } = await pairwiseRoom(storage);
  await storage.write([{ ...envelope(room, key, 1), slices: [testSlice(key)] }], 1);
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
  ['UPDATE entries SET packed = zeroblob(40) WHERE seq = 2', /^2 entries cannot be read/],
  ['UPDATE entries SET epoch = epoch + 1 WHERE seq = 1', /^2 entries cannot be read/],
  ['UPDATE entries SET id = zeroblob(16) WHERE seq = 1', /^2 entries cannot be read/],
  ['DELETE FROM entries WHERE seq = 1', /^2 rooms have holes/],
  ['UPDATE rooms SET head = head - 1', /^2 entries are outside/],
  ['UPDATE rooms SET log_bytes = log_bytes + 1', /^2 rooms have a log of another size/],
  ['UPDATE slices SET seq = 9', /^1 slices have no entry/],
  ['DELETE FROM registrations', /^1 rooms have another number of members/],
  ['DELETE FROM unindexed', /^5 entries are not found by their id/],
  [
    'UPDATE entries SET id = (SELECT id FROM entries ORDER BY room, seq LIMIT 1)',
    /^2 ids belong to several entries/,
  ],
  ["INSERT INTO entry_ids SELECT DISTINCT room, x'00', 1 FROM entries", /^2 ids have no entry/],
  ['DELETE FROM knocks', /^1 rooms have another number of members/],
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

test('a folder of the first version keeps its rooms, members, log and marks', async () => {
  const folder = dataFolder();
  const [room, accessKey, key, tag, sealed] = [16, 32, 32, 32, 50].map((length) => randomBytes(length));
  const [joined, sent, left] = [randomBytes(16), randomBytes(16), randomBytes(16)];
  if (!room || !accessKey || !key || !tag || !sealed) throw new Error('random bytes');
  const database = new DatabaseSync(join(folder, 'relay.db'));
  migrations[0]?.(database);
  database.exec('PRAGMA user_version = 1');
  database.prepare('INSERT INTO rooms VALUES (7, ?, ?, 2, 4, 2, 1, 1000, ?)').run(room, accessKey, sealed);
  database.prepare('INSERT INTO registrations VALUES (7, ?, ?, ?, 5)').run(key, sealed, tag);
  const entry = database.prepare('INSERT INTO entries VALUES (7, ?, ?, ?, ?, ?, ?, ?, ?, ?, 9, 100)');
  entry.run(2, joined, 'registerKey', 1, key, sealed, tag, null, null);
  entry.run(3, sent, 'envelope', 1, key, null, null, null, Buffer.from('body'));
  entry.run(4, left, 'removeKey', 2, tag, null, null, 'cleanup', null);
  database.prepare('INSERT INTO slices VALUES (7, 3, ?, ?)').run(key, sealed);
  database.prepare('INSERT INTO marks VALUES (7, ?, ?)').run(key, sealed);
  database.close();

  const storage = openSqlite(folder, defaultLimits);
  afterTest(() => storage.close());
  expect(await storage.findAccess(room, accessKey)).toEqual({ found: 'access', access: 0 });
  expect(await storage.snapshot(room, 0)).toEqual({
    head: 4,
    floor: 2,
    epoch: 2,
    ended: false,
    registrations: [{ publicKey: key, sealedProfile: sealed, tag }],
    marks: [{ publicKey: key, sealed }],
    roomInfo: sealed,
    knocks: [],
  });
  const entries = await fetchAll(storage, room, [key]);
  expect(entries.map(({ packed }) => unpackEntry(packed))).toEqual([
    { kind: 'registerKey', seq: 2, id: joined, epoch: 1, publicKey: key, sealedProfile: sealed, tag },
    { kind: 'envelope', seq: 3, id: sent, epoch: 1, from: key, slices: [], body: Buffer.from('body') },
    { kind: 'removeKey', seq: 4, id: left, epoch: 2, publicKey: tag, reason: 'cleanup' },
  ]);
  expect(entries[1]?.slices).toEqual([{ to: key, ciphertext: sealed }]);
  expect(await writeOne(storage, { ...envelope(room, key, 2), id: sent })).toMatchObject({
    outcome: 'known',
    seq: 3,
  });
  expect(await writeOne(storage, envelope(room, key, 2))).toMatchObject({ entry: { seq: 5 } });
  expect(await checkSqlite(folder)).toEqual({ rooms: 1, entries: 4, problems: [] });
  expect(await storage.prune(1_000, 1)).toBe(4);
});
