import { randomBytes } from 'node:crypto';
import { unpackEntry } from '@otr/protocol';
import { expect, test } from 'vitest';
import { wholeLog } from '../../src/storage/storage.ts';
import type { Write } from '../../src/storage/write.ts';
import type { OpenStorage } from '../storageContract.ts';
import {
  codeOf,
  commit,
  create,
  fetchAll,
  headOf,
  knockWith,
  member,
  message,
  openRoom,
  roomWithMessage,
  seqOf,
  writeOne,
} from '../storedRoom.ts';
import { testSlice } from '../testRoom.ts';
import { MiB, roomy } from './roomy.ts';

export function logContract(open: OpenStorage): void {
  test('writes to a room that does not exist are refused and reads find nothing', async () => {
    const storage = await open(roomy);
    const [room, key] = [randomBytes(16), randomBytes(32)];
    const writes: Write[] = [
      message(room, 0),
      commit(room, 0),
      knockWith(room, key),
      { kind: 'setRetention', room, by: member, milliseconds: 1 },
    ];
    for (const written of await storage.write(writes, 1)) expect(codeOf(written)).toBe('roomNotFound');
    expect(await storage.snapshot(room, 0)).toBeUndefined();
    expect(await storage.heads([room])).toEqual([]);
    expect(await fetchAll(storage, room)).toEqual([]);
    await storage.ping();
  });

  test('an empty batch is nothing', async () => {
    const storage = await open(roomy);
    expect(await storage.write([], 1)).toEqual([]);
    await storage.recordAnswers([]);
    expect(await storage.heads([])).toEqual([]);
  });

  test('[L1] entries of each room get 1, 2, 3 …, several rooms in one batch, a new one among them', async () => {
    const storage = await open(roomy);
    const rooms = [await roomWithMessage(storage), await roomWithMessage(storage)];
    const batch: Write[] = rooms.flatMap(({ room }) => [message(room, 0), message(room, 0)]);
    const fresh = randomBytes(16);
    const written = await storage.write([...batch, create(fresh), message(fresh, 0), message(fresh, 0)], 1);
    expect(written.map(seqOf)).toEqual([2, 3, 2, 3, undefined, 1, 2]);
    for (const { room } of rooms) {
      expect((await fetchAll(storage, room)).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    }
    const heads = await storage.heads([fresh, ...rooms.map(({ room }) => room), randomBytes(16)]);
    expect(new Set(heads.map(({ room, head }) => `${Buffer.from(room).toString('hex')} ${head}`))).toEqual(
      new Set([`${fresh.toString('hex')} 2`].concat(rooms.map(({ room }) => `${room.toString('hex')} 3`))),
    );
  });

  test('[L3] a known id is answered with its place, also inside one batch, whatever else is wrong', async () => {
    const storage = await open(roomy);
    const { room } = await roomWithMessage(storage);
    const sent = message(room, 0);
    const place = { outcome: 'known', seq: 2, epoch: 0 };
    expect((await storage.write([sent, sent], 1))[1]).toEqual(place);
    const twice = testSlice(randomBytes(32));
    const changed: Write[] = [
      { ...sent, epoch: 9 },
      { ...sent, slices: [twice, twice] },
      { ...sent, by: { access: 7 } },
      { ...commit(room, 5), id: sent.id },
    ];
    for (const written of await storage.write(changed, 1)) expect(written).toEqual(place);
    expect(await headOf(storage, room)).toBe(2);
  });

  test('[L3] the same id in another room is another entry', async () => {
    const storage = await open(roomy);
    const [a, b] = [await openRoom(storage), await openRoom(storage)];
    const sent = message(a.room, 0);
    expect((await storage.write([sent, { ...sent, room: b.room }], 1)).map(seqOf)).toEqual([1, 1]);
    expect(await writeOne(storage, sent)).toMatchObject({ outcome: 'known', seq: 1 });
  });

  test('[L3] what was refused is not known', async () => {
    const storage = await open(roomy);
    const { room } = await openRoom(storage);
    const early = message(room, 4, 0);
    expect((await storage.write([early, { ...early, epoch: 0 }, early], 1)).map(codeOf)).toEqual([
      'epochConflict',
      'appended',
      'known',
    ]);
  });

  test('[L4] an append of another than the current epoch is refused with the current one', async () => {
    const storage = await open(roomy);
    const { room } = await openRoom(storage);
    await writeOne(storage, commit(room, 0));
    for (const epoch of [0, 2]) {
      expect(await writeOne(storage, message(room, epoch, 1))).toMatchObject({
        error: { code: 'epochConflict', epoch: 1 },
      });
    }
    expect(await writeOne(storage, message(room, 1))).toMatchObject({ entry: { seq: 2, epoch: 1 } });
  });

  test('[L7] a message is addressed to any keys, to each once', async () => {
    const storage = await open(roomy);
    const { room } = await openRoom(storage);
    const [a, b] = [testSlice(randomBytes(32)), testSlice(randomBytes(32))];
    const to = (...slices: (typeof a)[]): Write => ({ ...message(room, 0), slices });
    expect((await storage.write([to(a, b), to(a, b, a)], 1)).map(codeOf)).toEqual(['appended', 'badRequest']);
    expect(await headOf(storage, room)).toBe(1);
  });

  test('[W6] entries come back as they were written, packed once', async () => {
    const storage = await open(roomy);
    const { room } = await roomWithMessage(storage);
    const [key, body] = [randomBytes(32), randomBytes(5_000)];
    const sent = { ...message(room, 0), body, slices: [testSlice(key)] };
    const written = await storage.write([sent, message(room, 0), commit(room, 0)], 1);
    const entries = written.map((outcome) => 'entry' in outcome && outcome.entry);
    expect((await fetchAll(storage, room, [key])).slice(1)).toMatchObject(
      entries.map((entry) => entry && place(entry)),
    );
    const [, first] = await fetchAll(storage, room);
    const { id } = sent;
    const expected = { kind: 'message', seq: 2, id, epoch: 0, body, slices: [] };
    expect(first && unpackEntry(first.packed)).toEqual(expected);
  });

  test('[L5] fetch gives slices for the named keys and no others', async () => {
    const storage = await open(roomy);
    const { room } = await openRoom(storage);
    const [key, other] = [randomBytes(32), randomBytes(32)];
    const slices = [testSlice(key), testSlice(other)];
    await storage.write([message(room, 0), { ...message(room, 0), slices }], 1);
    const slicesFor = async (keys: Uint8Array[]) => (await fetchAll(storage, room, keys)).at(-1)?.slices;
    expect(await slicesFor([])).toEqual([]);
    expect(await slicesFor([other])).toEqual([slices[1]]);
    expect(await slicesFor([randomBytes(32), key])).toEqual([slices[0]]);
    expect(await slicesFor([key, other])).toHaveLength(2);
  });

  test('fetch stops at its limits and gives one entry at least', async () => {
    const storage = await open(roomy);
    const { room } = await openRoom(storage);
    const large = () => ({ ...message(room, 0), body: randomBytes(1_000) });
    await storage.write(Array.from({ length: 9 }, large), 1);
    const seqs = async (limit: number, maxBytes: number) => {
      const request = { room, access: wholeLog, after: 1, limit, maxBytes, keys: [] } as const;
      return (await storage.fetch(request)).entries.map(({ seq }) => seq);
    };
    expect(await seqs(3, MiB)).toEqual([2, 3, 4]);
    expect(await seqs(100, 0)).toEqual([2]);
    expect(await seqs(100, 2_500)).toEqual([2, 3, 4]);
  });

  test('a full log refuses messages, and takes the commit that removes somebody', async () => {
    const storage = await open({ ...roomy, logBytesPerRoom: 10_000 });
    const { room } = await openRoom(storage);
    const full = { ...message(room, 0), body: randomBytes(9_900) };
    expect((await storage.write([full, message(room, 0)], 1)).map(codeOf)).toEqual(['appended', 'roomFull']);
    expect(codeOf(await writeOne(storage, commit(room, 0)))).toBe('appended');
    const endless = { ...commit(room, 1), body: randomBytes(5_000) };
    expect(codeOf(await writeOne(storage, endless))).toBe('roomFull');
  });
}

function place({
  seq,
  epoch,
  isCommit,
  packed,
}: {
  seq: number;
  epoch: number;
  isCommit: boolean;
  packed: Buffer;
}) {
  return { seq, epoch, isCommit, packed };
}
