import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Storage, wholeLog } from '../../src/storage/storage.ts';
import type { Write } from '../../src/storage/write.ts';
import type { OpenStorage } from '../storageContract.ts';
import {
  codeOf,
  commit,
  create,
  fetchAll,
  knockWith,
  message,
  openRoom,
  seqOf,
  writeOne,
} from '../storedRoom.ts';
import { roomy } from './roomy.ts';

export function accessContract(open: OpenStorage): void {
  test('[S5] a room is created once; the same again is fine, another access key is not', async () => {
    const storage = await open(roomy);
    const [room, accessKey] = [randomBytes(16), randomBytes(32)];
    expect(await storage.findAccess(room, accessKey)).toEqual({ found: 'nothing' });
    const created = { outcome: 'stored', endedKnocks: [], access: 0 };
    expect(await writeOne(storage, create(room, accessKey))).toEqual(created);
    expect(await writeOne(storage, create(room, accessKey))).toEqual(created);
    expect(codeOf(await writeOne(storage, create(room)))).toBe('roomExists');
    expect(await storage.findAccess(room, accessKey)).toEqual({ found: 'access', access: 0 });
    expect(await storage.findAccess(room, randomBytes(32))).toEqual({ found: 'room' });
    await writeOne(storage, commit(room, 0));
    expect(await writeOne(storage, create(room, accessKey))).toEqual({ ...created, access: 1 });
    const twins = [create(randomBytes(16)), create(randomBytes(16))];
    const batch = twins.flatMap((one) => [one, one, create(one.room)]);
    const codes = ['stored', 'stored', 'roomExists'];
    expect((await storage.write(batch, 1)).map(codeOf)).toEqual([...codes, ...codes]);
  });

  test('[A1] a commit opens the next epoch with its access key, and every former one is found', async () => {
    const storage = await open(roomy);
    const { room, accessKey } = await openRoom(storage);
    const [first, second] = [commit(room, 0), commit(room, 1)];
    expect(await writeOne(storage, first)).toMatchObject({ entry: { seq: 1, epoch: 1, isCommit: true } });
    expect(await storage.write([message(room, 1), second, message(room, 2)], 1)).toMatchObject([
      { entry: { seq: 2, epoch: 1, isCommit: false } },
      { entry: { seq: 3, epoch: 2 } },
      { entry: { seq: 4, epoch: 2 } },
    ]);
    const keys = [accessKey, first.accessKey, second.accessKey];
    for (const [access, key] of keys.entries()) {
      expect(await storage.findAccess(room, key)).toEqual({ found: 'access', access });
    }
  });

  test('[A1] two commits in one batch leave both access keys', async () => {
    const storage = await open(roomy);
    const { room } = await openRoom(storage);
    const [first, second] = [commit(room, 0), commit(room, 1)];
    expect((await storage.write([first, second], 1)).map(seqOf)).toEqual([1, 2]);
    expect(await storage.findAccess(room, first.accessKey)).toEqual({ found: 'access', access: 1 });
    expect(await readAll(storage, room, 0)).toMatchObject({ head: 1 });
    expect(await readAll(storage, room, 1)).toMatchObject({ head: 2 });
  });

  test('[A3] with a former access key appends and commits are epochConflict, all else epochEnded', async () => {
    const storage = await open(roomy);
    const { room, invite } = await openRoom(storage);
    await writeOne(storage, commit(room, 0));
    const by = { access: 0 };
    const conflict = { error: { code: 'epochConflict', epoch: 1 } };
    for (const write of [message(room, 1, 0), message(room, 0), commit(room, 1, 0), commit(room, 0)]) {
      expect(await writeOne(storage, write)).toMatchObject(conflict);
    }
    const ended: Write[] = [
      { kind: 'setRetention', room, by, milliseconds: 1 },
      { kind: 'putInvite', room, by, invite: randomBytes(32) },
      { kind: 'removeInvite', room, by, invite },
      { kind: 'dismissKnock', room, by, id: randomBytes(16) },
    ];
    for (const written of await storage.write(ended, 1)) expect(codeOf(written)).toBe('epochEnded');
    expect(codeOf(await writeOne(storage, knockWith(room, invite)))).toBe('stored');
  });

  test('[A3] an append and the commit that ends its epoch in one batch: the order decides', async () => {
    const storage = await open(roomy);
    const { room } = await openRoom(storage);
    const batch = [message(room, 0), commit(room, 0), message(room, 0), message(room, 1)];
    expect((await storage.write(batch, 1)).map(codeOf)).toEqual([
      'appended',
      'appended',
      'epochConflict',
      'appended',
    ]);
  });

  test('[A4] a former access key reads up to the commit that ended its epoch and nothing else', async () => {
    const storage = await open(roomy);
    const { room, invite } = await openRoom(storage);
    const knock = knockWith(room, invite);
    await storage.write([knock, message(room, 0), commit(room, 0), message(room, 1)], 1);
    const former = await readAll(storage, room, 0);
    expect(former.entries.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(former).toMatchObject({ head: 2, floor: 1 });
    expect((await readAll(storage, room, 1)).head).toBe(3);
    expect(await readAll(storage, room, 7)).toMatchObject({ entries: [], head: 0 });
    expect(await storage.snapshot(room, 0)).toEqual({ head: 2, floor: 1, epoch: 0, ended: true, knocks: [] });
    const current = { head: 3, floor: 1, epoch: 1, ended: false };
    expect(await storage.snapshot(room, 1)).toMatchObject({ ...current, knocks: [{ id: knock.id }] });
    expect(await storage.snapshot(room, 7)).toBeUndefined();
    await storage.write([message(room, 1), commit(room, 1)], 1);
    expect((await readAll(storage, room, 0)).head).toBe(2);
    expect((await readAll(storage, room, 1)).head).toBe(5);
  });

  test('[L8] of commits for one epoch exactly one is appended, in one batch or in several at once', async () => {
    const storage = await open(roomy);
    const { room } = await openRoom(storage);
    for (let epoch = 0; epoch < 20; epoch += 1) {
      const batches = Array.from({ length: 4 }, () => [commit(room, epoch), commit(room, epoch)]);
      const written = (await Promise.all(batches.map((batch) => storage.write(batch, 1)))).flat();
      expect(written.filter(({ outcome }) => outcome === 'appended')).toHaveLength(1);
      expect(written.filter((one) => codeOf(one) === 'epochConflict')).toHaveLength(7);
    }
    expect(await fetchAll(storage, room)).toHaveLength(20);
    expect(await storage.snapshot(room, 20)).toMatchObject({ epoch: 20, head: 20 });
  });

  test('[L1] batches at once for the same rooms, in any order, leave no holes', async () => {
    const storage = await open(roomy);
    const rooms = [await openRoom(storage), await openRoom(storage), await openRoom(storage)];
    const orders = [rooms, rooms.toReversed(), rooms, rooms.toReversed()];
    const written = await Promise.all(
      orders.map((order) =>
        storage.write(
          order.map(({ room }) => message(room, 0)),
          1,
        ),
      ),
    );
    expect(written.flat().map(codeOf)).toEqual(Array.from({ length: 12 }, () => 'appended'));
    for (const { room } of rooms) {
      expect((await fetchAll(storage, room)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    }
  });

  test('[L3] the same id in several batches at once is appended once', async () => {
    const storage = await open(roomy);
    const { room } = await openRoom(storage);
    const sent = message(room, 0);
    const written = await Promise.all(Array.from({ length: 6 }, () => writeOne(storage, sent)));
    expect(written.map(codeOf).toSorted()).toEqual(['appended', ...Array.from({ length: 5 }, () => 'known')]);
    expect(await fetchAll(storage, room)).toHaveLength(1);
  });
}

function readAll(storage: Storage, room: Uint8Array, access: number | typeof wholeLog) {
  return storage.fetch({ room, access, after: 0, limit: 500, maxBytes: 2 ** 26, keys: [] });
}
