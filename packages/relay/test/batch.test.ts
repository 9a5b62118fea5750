import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { Batch } from '../src/batch.ts';
import { silent } from '../src/log.ts';
import { defaultLimits } from '../src/options.ts';
import { openSqlite } from '../src/storage/sqlite.ts';
import { type Storage, StorageFailure, type Write } from '../src/storage/storage.ts';
import { afterTest } from './testRelay.ts';
import { testRegistration } from './testRoom.ts';

/** A batch over a store in memory, and the story of what happened in order. */
function batchOver(change: (storage: Storage) => Storage = (storage) => storage) {
  const storage = openSqlite(':memory:', defaultLimits);
  afterTest(() => storage.close());
  const room = randomBytes(16);
  storage.write([{ kind: 'createRoom', room, accessKey: randomBytes(32) }], 1);
  const story: string[] = [];
  const told = new EventTarget();
  const watched: Storage = {
    ...storage,
    write: (writes, at) => {
      story.push(`write ${writes.length}`);
      return storage.write(writes, at);
    },
  };
  const publish = (event: { kind: string; entries?: unknown[] }) => {
    story.push(`publish ${event.entries?.length}`);
    told.dispatchEvent(new Event('published'));
  };
  const batch = new Batch(change(watched), { publish, onEvent: () => {} }, silent);
  const submit = (write: Write = { kind: 'registerKey', room, ...testRegistration() }) =>
    batch.submit(write, ({ outcome }) => story.push(outcome));
  return { batch, submit, story, published: () => once(told, 'published') };
}

test('[L2] what arrives in one turn is one transaction, then acknowledged, then told as one', async () => {
  const { submit, story, published } = batchOver();
  const first = published();
  for (let n = 0; n < 3; n += 1) submit();
  expect(story).toEqual([]);
  await first;
  const second = published();
  submit();
  await second;
  expect(story).toEqual([
    ...['write 3', 'appended', 'appended', 'appended', 'publish 3'],
    ...['write 1', 'appended', 'publish 1'],
  ]);
});

test('a batch that fails is refused as a whole, told to nobody, and the next one works', () => {
  let fails = true;
  const { batch, submit, story } = batchOver((storage) => ({
    ...storage,
    write: (writes, at) => {
      if (fails) throw new StorageFailure('disk full');
      return storage.write(writes, at);
    },
  }));
  submit();
  submit();
  batch.flush();
  fails = false;
  submit();
  batch.flush();
  expect(story).toEqual(['refused', 'refused', 'write 1', 'appended', 'publish 1']);
});

test('a refused write does not hold up the others of its batch', () => {
  const { batch, submit, story } = batchOver();
  submit();
  submit({ kind: 'registerKey', room: randomBytes(16), ...testRegistration() });
  batch.flush();
  expect(story).toEqual(['write 2', 'appended', 'refused', 'publish 1']);
});
