import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { Batch } from '../src/batch.ts';
import { silent } from '../src/log.ts';
import { Metrics } from '../src/metrics.ts';
import { defaultLimits } from '../src/options.ts';
import { openSqlite } from '../src/storage/sqlite/open.ts';
import { type Storage, StorageFailure } from '../src/storage/storage.ts';
import type { Write } from '../src/storage/write.ts';
import { message } from './storedRoom.ts';
import { afterTest } from './testRelay.ts';

/** A batch over a store in memory, and the story of what happened in order. */
async function batchOver(change: (storage: Storage) => Storage = (storage) => storage) {
  const storage = openSqlite(':memory:', defaultLimits);
  afterTest(() => storage.close());
  const room = randomBytes(16);
  await storage.write([{ kind: 'createRoom', room, accessKey: randomBytes(32) }], 1);
  const story: string[] = [];
  const watched: Storage = {
    ...storage,
    write: (writes, at) => {
      story.push(`write ${writes.length}`);
      return storage.write(writes, at);
    },
  };
  const announce: ConstructorParameters<typeof Batch>[0]['announce'] = (made) =>
    story.push(`tell ${made.filter(({ written }) => written.outcome === 'appended').length}`);
  const batch = new Batch({ storage: change(watched), log: silent, metrics: new Metrics(), announce });
  const submit = (write: Write = message(room, 0)) =>
    batch.submit(write, ({ outcome }) => story.push(outcome));
  return { batch, submit, story };
}

test('[L2] [L10] what arrives in one turn is one transaction, then acknowledged, then told as one', async () => {
  const { batch, submit, story } = await batchOver();
  for (let n = 0; n < 3; n += 1) submit();
  expect(story).toEqual([]);
  await batch.flush();
  submit();
  await batch.flush();
  expect(story).toEqual([
    ...['write 3', 'appended', 'appended', 'appended', 'tell 3'],
    ...['write 1', 'appended', 'tell 1'],
  ]);
});

test('[L10] what arrives while the store is busy is the next transaction', async () => {
  const busy = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const { batch, submit, story } = await batchOver((storage) => ({
    ...storage,
    write: async (writes, at) => {
      begun.resolve();
      await busy.promise;
      return await storage.write(writes, at);
    },
  }));
  submit();
  await begun.promise;
  for (let n = 0; n < 5; n += 1) submit();
  busy.resolve();
  await batch.flush();
  expect(story.filter((line) => line.startsWith('write'))).toEqual(['write 1', 'write 5']);
});

test('a batch that fails is refused as a whole, told to nobody, and the next one works', async () => {
  let fails = true;
  const { batch, submit, story } = await batchOver((storage) => ({
    ...storage,
    write: async (writes, at) => {
      if (fails) throw new StorageFailure('disk full');
      return await storage.write(writes, at);
    },
  }));
  submit();
  submit();
  await batch.flush();
  fails = false;
  submit();
  await batch.flush();
  expect(story).toEqual(['refused', 'refused', 'tell 0', 'write 1', 'appended', 'tell 1']);
});

test('a refused write does not hold up the others of its batch', async () => {
  const { batch, submit, story } = await batchOver();
  submit();
  submit(message(randomBytes(16), 0));
  await batch.flush();
  expect(story).toEqual(['write 2', 'appended', 'refused', 'tell 1']);
});

test('more than may wait is refused, and what waits is not', async () => {
  const { batch, submit, story } = await batchOver();
  const write: Write = { kind: 'createRoom', room: randomBytes(16), accessKey: randomBytes(32) };
  for (let n = 0; n < 20_001; n += 1) submit(write);
  expect(story).toEqual(['refused']);
  await batch.flush();
  expect(story.filter((line) => line === 'stored')).toHaveLength(20_000);
});

test('[L10] a connection that sends much takes turns with others, each in its own order', async () => {
  const storage = openSqlite(':memory:', defaultLimits);
  afterTest(() => storage.close());
  const room = randomBytes(16);
  await storage.write([{ kind: 'createRoom', room, accessKey: randomBytes(32) }], 1);
  const log = silent;
  const batch = new Batch({ storage, log, metrics: new Metrics(), announce: () => {} });
  const order: string[] = [];
  const submit = (from: string, n: number) =>
    batch.submit(message(room, 0), () => order.push(`${from}${n}`), from);
  for (let n = 0; n < 1_000; n += 1) submit('a', n);
  submit('b', 0);
  await batch.flush();
  expect(order.indexOf('b0')).toBeLessThan(500);
  expect(order.filter((one) => one !== 'b0')).toEqual(Array.from({ length: 1_000 }, (_, n) => `a${n}`));
});

test('a flush waits for what came before it, however much comes after', async () => {
  const { batch, submit, story } = await batchOver();
  let goesOn = true;
  const more = () => {
    if (!goesOn) return;
    submit();
    setImmediate(more);
  };
  more();
  await batch.flush();
  goesOn = false;
  expect(story).toContain('appended');
});
