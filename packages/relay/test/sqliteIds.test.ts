import { randomBytes } from 'node:crypto';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultLimits } from '../src/options.ts';
import { checkSqlite } from '../src/storage/sqlite/check.ts';
import { openSqlite } from '../src/storage/sqlite/open.ts';
import { UnindexedIds } from '../src/storage/sqlite/unindexedIds.ts';
import type { Storage } from '../src/storage/storage.ts';
import { create, message, openRoom, seqOf, writeOne } from './storedRoom.ts';
import { afterTest, dataFolder } from './testRelay.ts';

function opened(folder: string, idsAtOnce: number): Storage {
  const storage = openSqlite(folder, defaultLimits, idsAtOnce);
  afterTest(() => storage.close());
  return storage;
}

/** A folder with the files as a crash would leave them now; the store on the other is in use. */
function asAfterCrash(folder: string): string {
  const copy = dataFolder();
  for (const name of ['relay.db', 'relay.db-wal']) cpSync(join(folder, name), join(copy, name));
  return copy;
}

const messages = (room: Buffer, count: number) => Array.from({ length: count }, () => message(room, 0));

test.each([
  ['all wait for the index', 1_000],
  ['some are in the index', 8],
])('[L3] after a crash each id is known at its place: %s', async (_, idsAtOnce) => {
  const folder = dataFolder();
  const storage = opened(folder, idsAtOnce);
  const { room } = await openRoom(storage);
  const sent = messages(room, 29);
  for (const one of sent) await writeOne(storage, one);
  const crashed = asAfterCrash(folder);
  expect((await checkSqlite(crashed)).problems).toEqual([]);
  const again = opened(crashed, idsAtOnce);
  const known = sent.map((_, index) => ({ outcome: 'known', seq: index + 1, epoch: 0 }));
  expect(await again.write(sent, 2)).toEqual(known);
  expect(seqOf(await writeOne(again, message(room, 0)))).toBe(30);
  expect((await checkSqlite(crashed)).problems).toEqual([]);
});

/** What happens to a store: entries in one of a few rooms, a time to prune, an end of one kind or the other. */
const event = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      entries: fc.array(fc.record({ room: fc.nat(2), id: fc.nat(60) }), { minLength: 1, maxLength: 12 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('prune' as const), keep: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
);

test('[L3] [L11] an id is known as long as its entry is kept, whatever happens to the store', async () => {
  const scenario = fc.array(event, { minLength: 10, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(scenario, fc.integer({ min: 1, max: 30 }), async (events, idsAtOnce) => {
      let folder = dataFolder();
      let storage = openSqlite(folder, defaultLimits, idsAtOnce);
      const rooms = Array.from({ length: 3 }, () => ({
        id: randomBytes(16),
        head: 1,
        kept: new Map<number, number>(),
      }));
      const ids = Array.from({ length: 61 }, () => randomBytes(16));
      // A room that never had an entry would be pruned itself.
      await storage.write(
        rooms.flatMap(({ id }) => [create(id), message(id, 0)]),
        0,
      );
      const times = new Map<string, number>();
      for (const [at, one] of events.entries()) {
        if (one.kind === 'write') {
          const expected = one.entries.map(({ room, id }) => {
            const model = rooms[room];
            if (model === undefined) throw new Error('no such room');
            const known = model.kept.get(id);
            if (known !== undefined) return `known ${known}`;
            model.head += 1;
            model.kept.set(id, model.head);
            times.set(`${room} ${model.head}`, at);
            return `appended ${model.head}`;
          });
          const writes = one.entries.map(({ room, id }) => ({
            ...message(rooms[room]?.id ?? Buffer.alloc(0), 0),
            id: ids[id] ?? Buffer.alloc(0),
          }));
          const written = await storage.write(writes, at);
          const told = written.map(
            (answer) => `${answer.outcome} ${answer.outcome === 'known' ? answer.seq : seqOf(answer)}`,
          );
          expect(told).toEqual(expected);
        } else if (one.kind === 'prune') {
          while ((await storage.prune(at, one.keep)) > 0);
          for (const [index, { kept }] of rooms.entries()) {
            for (const [id, seq] of kept)
              if ((times.get(`${index} ${seq}`) ?? 0) < at - one.keep) kept.delete(id);
          }
        } else {
          const former = storage;
          if (one.kind === 'crash') folder = asAfterCrash(folder);
          await former.close();
          storage = openSqlite(folder, defaultLimits, idsAtOnce);
        }
      }
      expect((await checkSqlite(folder)).problems).toEqual([]);
      await storage.close();
    }),
    { numRuns: 25 },
  );
}, 60_000);

/** Steps of `size` new ids in one of `rooms` rooms; those that `taken` says were committed. */
function* steps(ids: UnindexedIds, rooms: number, size: number, taken: (n: number) => boolean) {
  const heads = new Map<number, number>();
  for (let n = 0; ; n += 1) {
    const room = n % rooms;
    const head = heads.get(room) ?? 0;
    const added = Array.from({ length: size }, (_, i): [string, number] => [
      randomBytes(16).toString('latin1'),
      head + i + 1,
    ]);
    const step = ids.step([{ room, ids: new Map(added) }]);
    if (!taken(n)) continue;
    heads.set(room, head + size);
    ids.taken(step);
    yield { room, added, step };
  }
}

test.each([1, 7, 40])(
  'ids of %i rooms that wait are bounded, and each is indexed once, also after failures',
  (rooms) => {
    const [idsAtOnce, size] = [64, 5];
    const ids = new UnindexedIds(idsAtOnce);
    const waiting = new Map<string, string>();
    let [added, indexed] = [0, 0];
    for (const { room, step, added: more } of steps(ids, rooms, size, (n) => n % 3 !== 1)) {
      for (const [id, seq] of more) waiting.set(`${room} ${id}`, `${seq}`);
      for (const { room, id, seq } of step.indexed) {
        expect(waiting.get(`${room} ${id}`)).toBe(`${seq}`);
        expect(ids.seqOf(room, id)).toBeUndefined();
        waiting.delete(`${room} ${id}`);
      }
      added += more.length;
      indexed += step.indexed.length;
      expect(waiting.size).toBeLessThan(idsAtOnce + size);
      expect(added - indexed).toBe(waiting.size);
      if (step.number === 500) break;
    }
    expect(indexed).toBeGreaterThan(2_000);
  },
);

test('ids go into the index in its order', () => {
  const ids = new UnindexedIds(1_000);
  const order: string[] = [];
  for (const { step } of steps(ids, 2, 10, () => true)) {
    order.push(...step.indexed.map(({ room, id }) => `${room} ${id}`));
    if (step.completed !== undefined) break;
  }
  expect(order).toHaveLength(1_000);
  expect(order).toEqual([...order].sort());
});
