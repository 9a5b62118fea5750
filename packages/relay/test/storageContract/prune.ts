import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Storage, wholeLog } from '../../src/storage/storage.ts';
import type { Write } from '../../src/storage/write.ts';
import type { OpenStorage } from '../storageContract.ts';
import {
  codeOf,
  commit,
  create,
  knockWith,
  member,
  message,
  openRoom,
  roomWithMessage,
  seqOf,
  writeOne,
} from '../storedRoom.ts';
import { MiB, roomy } from './roomy.ts';

const year = 365 * 24 * 3_600_000;

/** As the relay does it: until none is left. Returns how many entries went. */
async function pruneAll(storage: Storage, at: number, retentionMs: number): Promise<number> {
  let sum = 0;
  for (let entries = -1; entries !== 0; sum += entries) entries = await storage.prune(at, retentionMs);
  return sum;
}

function read(storage: Storage, room: Uint8Array, access: number | typeof wholeLog = wholeLog) {
  return storage.fetch({ room, access, after: 0, limit: 500, maxBytes: MiB, keys: [] });
}

export function pruneContract(open: OpenStorage): void {
  test('[L11] pruning deletes what is older, raises the floor and frees its bytes', async () => {
    const storage = await open({ ...roomy, logBytesPerRoom: 20_000 });
    const { room } = await roomWithMessage(storage, 1_000);
    const large = (): Write => ({ ...message(room, 0), body: randomBytes(8_000) });
    await storage.write([large(), large()], 2_000);
    expect(codeOf(await writeOne(storage, large()))).toBe('roomFull');
    expect(await pruneAll(storage, 1_500, 500)).toBe(0);
    expect(await pruneAll(storage, 1_501, 500)).toBe(1);
    expect(await pruneAll(storage, 2_501, 500)).toBe(2);
    expect(await pruneAll(storage, 2_501, 500)).toBe(0);
    expect(await read(storage, room)).toEqual({ entries: [], head: 3, floor: 4 });
    expect(seqOf(await writeOne(storage, large(), 3_000))).toBe(4);
    expect(await storage.snapshot(room, 0)).toMatchObject({ head: 4, floor: 4 });
    expect(await pruneAll(storage, 4_000, 500)).toBe(1);
  });

  test('[L11] a room keeps its entries for its own time where that is shorter', async () => {
    const storage = await open(roomy);
    const rooms = await Promise.all([0, 100, 5_000].map(() => openRoom(storage, 1_000)));
    for (const [index, milliseconds] of [0, 100, 5_000].entries()) {
      const room = rooms[index]?.room ?? Buffer.alloc(0);
      const retention: Write = { kind: 'setRetention', room, by: member, milliseconds };
      await storage.write([retention, message(room, 0)], 1_000);
      await storage.write([message(room, 0)], 1_150);
    }
    const floors = () => Promise.all(rooms.map(async ({ room }) => (await read(storage, room)).floor));
    expect(await pruneAll(storage, 1_200, 1_000)).toBe(1);
    expect(await floors()).toEqual([1, 2, 1]);
    expect(await pruneAll(storage, 2_101, 1_000)).toBe(3);
    expect(await floors()).toEqual([2, 3, 2]);
  });

  test('[L11] more than one transaction takes is pruned in several', async () => {
    const storage = await open(roomy);
    const { room } = await openRoom(storage);
    await storage.write(
      Array.from({ length: 2_500 }, () => message(room, 0)),
      1,
    );
    await storage.write([message(room, 0)], 900);
    expect(await pruneAll(storage, 1_000, 500)).toBe(2_500);
    expect(await read(storage, room)).toMatchObject({ floor: 2_501, head: 2_501, entries: [{ seq: 2_501 }] });
  });

  test('[L11] the slices, the welcomes and the former access keys go with their entries', async () => {
    const storage = await open(roomy);
    const { room, accessKey, invite } = await openRoom(storage, 1);
    const knock = knockWith(room, invite);
    const admitting = { ...commit(room, 0), welcomes: [{ knock: knock.id, sealed: randomBytes(50) }] };
    await storage.write([knock, admitting], 1_000);
    expect(codeOf(await writeOne(storage, knock, 1_000))).toBe('admitted');
    await storage.write([message(room, 1)], 2_000);
    expect(await pruneAll(storage, 2_100, 500)).toBe(1);
    expect(await storage.findAccess(room, accessKey)).toEqual({ found: 'room' });
    expect(await read(storage, room, 0)).toMatchObject({ entries: [], head: 0 });
    expect(await storage.snapshot(room, 0)).toBeUndefined();
    expect(await storage.findAccess(room, admitting.accessKey)).toEqual({ found: 'access', access: 1 });
    expect(codeOf(await writeOne(storage, knock, 2_100))).toBe('stored');
    expect((await storage.snapshot(room, 1))?.knocks).toHaveLength(1);
  });

  test('[L3] an id that was pruned is forgotten', async () => {
    const storage = await open(roomy);
    const { room } = await openRoom(storage);
    const sent = message(room, 0);
    await storage.write([sent], 1);
    await pruneAll(storage, 1_000, 500);
    expect(await writeOne(storage, sent, 1_000)).toMatchObject({ outcome: 'appended', entry: { seq: 2 } });
  });

  test('[L11] a room that never had an entry goes after the retention, one with an invite stays', async () => {
    const storage = await open(roomy);
    const [empty, accessKey] = [randomBytes(16), randomBytes(32)];
    await storage.write([create(empty, accessKey)], 1_000);
    const invited = await openRoom(storage, 1_000);
    await pruneAll(storage, 1_500, 500);
    expect(await storage.findAccess(empty, accessKey)).toMatchObject({ found: 'access' });
    await pruneAll(storage, 1_501, 500);
    expect(await storage.findAccess(empty, accessKey)).toEqual({ found: 'nothing' });
    expect(await storage.findAccess(invited.room, invited.accessKey)).toMatchObject({ found: 'access' });
    expect(codeOf(await writeOne(storage, create(empty, accessKey), 1_501))).toBe('stored');
  });

  test('[L11] a room whose log has expired stays for a year after it was last written or entered', async () => {
    const storage = await open(roomy);
    const [left, entered] = [await openRoom(storage, 1_000), await openRoom(storage, 1_000)];
    const waiting = await openRoom(storage, 1_000);
    await storage.write([knockWith(waiting.room, waiting.invite)], 1_000);
    for (const { room } of [left, entered, waiting]) await storage.write([message(room, 0)], 1_000);
    await storage.snapshot(entered.room, 0);
    expect(await pruneAll(storage, 1_000 + year, 500)).toBe(3);
    expect(await storage.findAccess(left.room, left.accessKey)).toMatchObject({ found: 'access' });
    await pruneAll(storage, 1_001 + year, 500);
    expect(await storage.findAccess(left.room, left.accessKey)).toEqual({ found: 'nothing' });
    expect(await storage.findAccess(entered.room, entered.accessKey)).toMatchObject({ found: 'access' });
    expect(await storage.snapshot(waiting.room, 0)).toMatchObject({ head: 1, knocks: [{}] });
  });
}
