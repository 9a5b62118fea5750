import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { By, Write } from '../../src/storage/write.ts';
import type { OpenStorage } from '../storageContract.ts';
import {
  codeOf,
  commit,
  envelope,
  headOf,
  member,
  message,
  openRoom,
  pairwiseRoom,
  register,
  remove,
  writeOne,
} from '../storedRoom.ts';
import { testSlice } from '../testRoom.ts';
import { roomy } from './roomy.ts';

const stranger: By = { access: 0, answers: false };

export function membershipContract(open: OpenStorage): void {
  test('[L4] keys that come and go count the epoch, and an envelope of another one is refused', async () => {
    const storage = await open(roomy);
    const { room, key } = await pairwiseRoom(storage);
    const guest = register(room);
    expect(await writeOne(storage, guest)).toMatchObject({ entry: { seq: 2, epoch: 2 } });
    expect(await writeOne(storage, envelope(room, key, 1))).toMatchObject({
      error: { code: 'epochConflict', epoch: 2 },
    });
    expect(await writeOne(storage, remove(room, guest.publicKey))).toMatchObject({
      entry: { seq: 3, epoch: 3 },
    });
    expect(await writeOne(storage, envelope(room, key, 3))).toMatchObject({ entry: { seq: 4, epoch: 3 } });
    expect(await writeOne(storage, register(room, key))).toMatchObject({ entry: { seq: 5, epoch: 3 } });
  });

  test('[L7] sender and recipients must be registered, each recipient once', async () => {
    const storage = await open(roomy);
    const { room, key } = await pairwiseRoom(storage);
    const unknown = randomBytes(32);
    expect(codeOf(await writeOne(storage, envelope(room, unknown, 1)))).toBe('keyNotRegistered');
    const to = (...keys: Buffer[]): Write => ({
      ...envelope(room, key, 1),
      slices: keys.map((k) => testSlice(k)),
    });
    expect(codeOf(await writeOne(storage, to(unknown)))).toBe('badRequest');
    expect(codeOf(await writeOne(storage, to(key, key)))).toBe('badRequest');
    expect(codeOf(await writeOne(storage, remove(room, unknown)))).toBe('keyNotRegistered');
    expect(await headOf(storage, room)).toBe(1);
  });

  test('[L7] whoever does not answer for a key cannot send from it, mark for it or remove it', async () => {
    const storage = await open(roomy);
    const { room, key } = await pairwiseRoom(storage);
    const mark: Write = { kind: 'mark', room, by: stranger, publicKey: key, sealed: randomBytes(9) };
    const writes = [envelope(room, key, 1), remove(room, key), mark].map((write) => ({
      ...write,
      by: stranger,
    }));
    expect((await storage.write(writes, 1)).map(codeOf)).toEqual(
      Array.from({ length: 3 }, () => 'notAuthorised'),
    );
    const removal: Write = { ...remove(room, key), reason: 'cleanup', by: 'relay' };
    expect(codeOf(await writeOne(storage, removal))).toBe('appended');
  });

  test('[L7] a room with registered keys has no envelopes without `from` and no commits', async () => {
    const storage = await open(roomy);
    const { room } = await pairwiseRoom(storage);
    expect((await storage.write([message(room, 1, 0), commit(room, 1, 0)], 1)).map(codeOf)).toEqual([
      'badRequest',
      'badRequest',
    ]);
  });

  test('[L7] a room with commits has no registered keys', async () => {
    const storage = await open(roomy);
    const { room } = await openRoom(storage);
    const by = { access: 1, answers: true };
    const envelopeFrom = { ...envelope(room, randomBytes(32), 1), by };
    const writes = [commit(room, 0), { ...register(room), by }, envelopeFrom];
    expect((await storage.write(writes, 1)).map(codeOf)).toEqual(['appended', 'badRequest', 'badRequest']);
  });

  test('[L7] without `from` any keys may be addressed, each once', async () => {
    const storage = await open(roomy);
    const { room } = await openRoom(storage);
    const [a, b] = [testSlice(randomBytes(32)), testSlice(randomBytes(32))];
    const to = (...slices: (typeof a)[]): Write => ({ ...message(room, 0), slices });
    expect((await storage.write([to(a, b), to(a, b, a)], 1)).map(codeOf)).toEqual(['appended', 'badRequest']);
  });

  test('the snapshot holds registrations, the latest marks and the latest room info', async () => {
    const storage = await open(roomy);
    const { room, key, registration } = await pairwiseRoom(storage);
    const sealed = randomBytes(100);
    const mark = { kind: 'mark', room, by: member, publicKey: key } as const;
    await storage.write(
      [
        { ...mark, sealed: randomBytes(9) },
        { ...mark, sealed },
        { kind: 'putRoomInfo', room, by: member, sealed: randomBytes(9) },
        { kind: 'putRoomInfo', room, by: member, sealed },
      ],
      1,
    );
    const { sealedProfile, tag } = registration;
    expect(await storage.snapshot(room, 0)).toEqual({
      head: 1,
      floor: 1,
      epoch: 1,
      ended: false,
      registrations: [{ publicKey: key, sealedProfile, tag }],
      marks: [{ publicKey: key, sealed }],
      roomInfo: sealed,
      knocks: [],
    });
    const unknown = { ...mark, publicKey: randomBytes(32), sealed };
    expect(codeOf(await writeOne(storage, unknown))).toBe('keyNotRegistered');
    expect(await storage.registered(room, [unknown.publicKey, key])).toEqual([key]);
    await writeOne(storage, remove(room, key));
    expect(await storage.snapshot(room, 0)).toMatchObject({ registrations: [], marks: [] });
    expect(await storage.registered(room, [key])).toEqual([]);
  });

  test('a key that comes, goes and comes again in one batch is there without its mark', async () => {
    const storage = await open(roomy);
    const { room, key } = await pairwiseRoom(storage);
    const again = register(room, key);
    const mark: Write = { kind: 'mark', room, by: member, publicKey: key, sealed: randomBytes(9) };
    expect((await storage.write([mark, remove(room, key), again], 1)).map(codeOf)).toEqual([
      'stored',
      'appended',
      'appended',
    ]);
    const { publicKey, sealedProfile, tag } = again;
    expect(await storage.snapshot(room, 0)).toMatchObject({
      epoch: 3,
      registrations: [{ publicKey, sealedProfile, tag }],
      marks: [],
    });
  });

  test('[K6] silent keys are those that nobody answered for since then', async () => {
    const storage = await open(roomy);
    const { room, key } = await pairwiseRoom(storage, 1_000);
    const guest = register(room);
    await storage.write([guest], 2_000);
    const silentKey = (publicKey: Buffer) => ({ kind: 'registration', room, publicKey });
    expect(await storage.silent(1_000, 10)).toEqual([]);
    expect(await storage.silent(1_001, 10)).toEqual([silentKey(key)]);
    expect(await storage.silent(2_001, 10)).toHaveLength(2);
    expect(await storage.silent(2_001, 1)).toHaveLength(1);
    await storage.recordAnswers([
      { room, key, at: 3_000 },
      { room, key: randomBytes(32), at: 3_000 },
    ]);
    expect(await storage.silent(3_000, 10)).toEqual([silentKey(guest.publicKey)]);
    await storage.restartGrace(4_000);
    expect(await storage.silent(4_000, 10)).toEqual([]);
  });

  test('[K9] a room takes no more members than its limit, and a member that leaves makes place', async () => {
    const storage = await open({ ...roomy, membersPerRoom: 2 });
    const { room, key } = await pairwiseRoom(storage);
    await writeOne(storage, register(room));
    expect(codeOf(await writeOne(storage, register(room)))).toBe('roomFull');
    expect(codeOf(await writeOne(storage, register(room, key)))).toBe('appended');
    await writeOne(storage, remove(room, key));
    expect(codeOf(await writeOne(storage, register(room)))).toBe('appended');
  });
}
