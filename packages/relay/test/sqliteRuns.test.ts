import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { seqOf as entrySeq, idOf } from '@otr/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultLimits } from '../src/options.ts';
import { checkSqlite } from '../src/storage/sqlite/check.ts';
import { openSqlite } from '../src/storage/sqlite/open.ts';
import { unpackRun } from '../src/storage/sqlite/run.ts';
import { migrations } from '../src/storage/sqlite/schema.ts';
import { type Storage, StorageFailure } from '../src/storage/storage.ts';
import { commit, fetchAll, message, openRoom, seqOf } from './storedRoom.ts';
import { afterTest, dataFolder } from './testRelay.ts';
import { testSlice } from './testRoom.ts';

function opened(folder: string): Storage {
  const storage = openSqlite(folder, defaultLimits);
  afterTest(() => storage.close());
  return storage;
}

/** First and last `seq` of the rows of a store that is in use. */
function runsIn(folder: string): [number, number][] {
  const database = new DatabaseSync(join(folder, 'relay.db'), { readOnly: true });
  const rows = database.prepare('SELECT first, seq FROM runs ORDER BY room, seq').all();
  database.close();
  return rows.map(({ first, seq }) => [Number(first), Number(seq)]);
}

const messages = (room: Buffer, count: number, bytes = 200) =>
  Array.from({ length: count }, () => ({ ...message(room, 0), body: randomBytes(bytes) }));

test('entries of a room that one batch brings share a row', async () => {
  const folder = dataFolder();
  const storage = opened(folder);
  const { room } = await openRoom(storage);
  await storage.write(messages(room, 5), 1);
  await storage.write(messages(room, 2), 1);
  expect(runsIn(folder)).toEqual([
    [1, 5],
    [6, 7],
  ]);
});

test('a row has a bounded number of entries and of bytes, or one entry', async () => {
  const folder = dataFolder();
  const storage = opened(folder);
  const { room } = await openRoom(storage);
  await storage.write(messages(room, 300, 10), 1);
  await storage.write(messages(room, 3, 30_000), 1);
  await storage.write(messages(room, 2, 90_000), 1);
  expect(runsIn(folder)).toEqual([
    [1, 256],
    [257, 300],
    [301, 302],
    [303, 303],
    [304, 304],
    [305, 305],
  ]);
});

test('commits and messages with slices have rows of their own', async () => {
  const folder = dataFolder();
  const storage = opened(folder);
  const { room } = await openRoom(storage);
  const to = randomBytes(32);
  const sliced = { ...message(room, 0), slices: [testSlice(to)] };
  const before = messages(room, 2);
  await storage.write([...before, sliced, ...messages(room, 2), commit(room, 0), message(room, 1)], 1);
  expect(runsIn(folder)).toEqual([
    [1, 2],
    [3, 3],
    [4, 5],
    [6, 6],
    [7, 7],
  ]);
  const { entries } = await storage.fetch({
    room,
    access: 1,
    after: 0,
    limit: 100,
    maxBytes: 1e6,
    keys: [to],
  });
  expect(entries.map(({ slices }) => slices.length)).toEqual([0, 0, 1, 0, 0, 0, 0]);
});

test('what is fetched does not depend on the rows', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.nat(50), fc.integer({ min: 1, max: 12 }), async (batches, from, limit) => {
      const storage = openSqlite(':memory:', defaultLimits);
      const { room } = await openRoom(storage);
      for (const size of batches) await storage.write(messages(room, size, 20), 1);
      const count = batches.reduce((sum, size) => sum + size, 0);
      const after = from % (count + 1);
      const fetched = await storage.fetch({ room, access: 0, after, limit, maxBytes: 1e6, keys: [] });
      const expected = Array.from(
        { length: Math.min(limit, count - after) },
        (_, index) => after + 1 + index,
      );
      expect(fetched.entries.map(({ seq }) => seq)).toEqual(expected);
      await storage.close();
    }),
    { numRuns: 100 },
  );
});

test('a damaged row fails the fetch, and neither the start nor writing nor pruning', async () => {
  const folder = dataFolder();
  const first = openSqlite(folder, defaultLimits);
  const { room } = await openRoom(first);
  await first.write(messages(room, 3), 1);
  await first.close();
  const database = new DatabaseSync(join(folder, 'relay.db'));
  database.exec('UPDATE runs SET packed = substr(packed, 1, 300)');
  database.close();
  const storage = opened(folder);
  await expect(fetchAll(storage, room)).rejects.toThrow(StorageFailure);
  expect((await storage.write(messages(room, 1), 1)).map(seqOf)).toEqual([4]);
  expect(await storage.prune(10, 5)).toBe(4);
  expect((await storage.write(messages(room, 1), 10)).map(seqOf)).toEqual([5]);
});

test('a store of the first version goes on, with an id that waited for the index', async () => {
  const folder = dataFolder();
  const current = openSqlite(folder, defaultLimits);
  const { room } = await openRoom(current);
  const sent = messages(room, 4);
  await current.write(sent, 1);
  await current.close();
  asFirstVersion(join(folder, 'relay.db'));

  const storage = opened(folder);
  expect((await fetchAll(storage, room)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  expect((await storage.write(sent, 1)).map(({ outcome }) => outcome)).toEqual(Array(4).fill('known'));
  expect((await storage.write(messages(room, 1), 1)).map(seqOf)).toEqual([5]);
  expect((await checkSqlite(folder)).problems).toEqual([]);
});

/** The table as the first version had it, a row for each entry. */
function asFirstVersion(file: string): void {
  const database = new DatabaseSync(file);
  const create = /CREATE TABLE entries \([^;]*;/.exec(migrations[0] ?? '')?.[0];
  if (create === undefined) throw new Error('the first version had entries');
  database.exec(create);
  const insert = database.prepare('INSERT INTO entries VALUES (?, ?, ?, 0, 1, ?, ?)');
  for (const run of database.prepare('SELECT room, packed FROM runs').all()) {
    for (const entry of unpackRun(run)) {
      insert.run(Number(run['room']), entrySeq(entry), idOf(entry), entry.length, entry);
    }
  }
  database.exec('DROP TABLE runs; PRAGMA user_version = 1');
  database.close();
}
