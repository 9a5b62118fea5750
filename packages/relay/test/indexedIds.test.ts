import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { mapKey } from '../src/bytes.ts';
import { IdFilter } from '../src/storage/sqlite/idFilter.ts';
import { IndexedIds } from '../src/storage/sqlite/indexedIds.ts';
import { migrations } from '../src/storage/sqlite/schema.ts';
import { afterTest } from './testRelay.ts';

const ids = (count: number) => Array.from({ length: count }, () => mapKey(randomBytes(16)));

/** An index, and the way to put ids into it. */
function index() {
  const database = new DatabaseSync(':memory:');
  afterTest(() => database.close());
  for (const migration of migrations) database.exec(migration);
  const insert = database.prepare('INSERT INTO entry_ids VALUES (?, ?, 1)');
  const put = (room: number, id: string) => insert.run(room, Buffer.from(id, 'latin1'));
  return { database, put };
}

function opened(database: DatabaseSync, bits: number): IndexedIds {
  const indexed = new IndexedIds(database, bits);
  afterTest(() => indexed.close());
  return indexed;
}

test('a filter has what was added, and little else up to its capacity', () => {
  const filter = new IdFilter(2 ** 14);
  const added = ids(filter.capacity);
  for (const id of added) filter.add(id);
  expect(added.filter((id) => !filter.mayHave(id))).toEqual([]);
  expect(ids(5_000).filter((id) => filter.mayHave(id)).length).toBeLessThan(250);
});

test('ids that are in the index when it is opened are known as soon as it says that others are not', async () => {
  const { database, put } = index();
  const stored = ids(1_800);
  for (const [n, id] of stored.entries()) put(n % 3, id);
  const indexed = opened(database, 2 ** 16);
  // While it is being filled the index is asked for every id.
  expect(ids(50).every((id) => indexed.mayHave(id))).toBe(true);
  await expect.poll(() => ids(50).filter((id) => indexed.mayHave(id)).length).toBeLessThan(10);
  expect(stored.filter((id) => !indexed.mayHave(id))).toEqual([]);
});

test('a filter that is too small for what is in the index is filled again, larger', async () => {
  const { database, put } = index();
  const stored = ids(3_000);
  for (const id of stored) put(1, id);
  // Room for 400: with 3,000 in it, it would take nearly every id for one of them.
  const indexed = opened(database, 2 ** 12);
  await expect.poll(() => ids(200).filter((id) => indexed.mayHave(id)).length).toBeLessThan(30);
  expect(stored.filter((id) => !indexed.mayHave(id))).toEqual([]);
});

test('no id is lost while it is filled anew, whenever it was added', async () => {
  const { database, put } = index();
  const indexed = opened(database, 2 ** 12);
  const added: string[] = [];
  for (let turn = 0; turn < 40; turn += 1) {
    for (const id of ids(100)) {
      put(turn % 4, id);
      indexed.add(id);
      added.push(id);
    }
    expect(added.filter((id) => !indexed.mayHave(id))).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  // It grew with them: the first one would take nearly every id for one of 4,000.
  await expect.poll(() => ids(200).filter((id) => indexed.mayHave(id)).length).toBeLessThan(60);
});
