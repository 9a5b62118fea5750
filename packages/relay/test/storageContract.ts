import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Storage, StorageFailure, type Write, type Written } from '../src/storage/storage.ts';
import { testRegistration, testSlice } from './testRoom.ts';

export interface ContractLimits {
  membersPerRoom: number;
  logBytesPerRoom: number;
  databaseBytes: number;
}

const MiB = 1024 * 1024;
const roomy: ContractLimits = { membersPerRoom: 100, logBytesPerRoom: 64 * MiB, databaseBytes: 256 * MiB };

/** What every implementation of `Storage` must do. `open` gives an empty store that goes with the test. */
export function storageContract(name: string, open: (limits: ContractLimits) => Storage): void {
  describe(`storage: ${name}`, () => {
    test('a room is created once; the same again is fine, another access key is not', () => {
      const storage = open(roomy);
      const [room, accessKey] = [randomBytes(16), randomBytes(32)];
      expect(storage.accessKey(room)).toBeUndefined();
      expect(write(storage, { kind: 'createRoom', room, accessKey })).toEqual({ outcome: 'stored' });
      expect(write(storage, { kind: 'createRoom', room, accessKey })).toEqual({ outcome: 'stored' });
      const other: Write = { kind: 'createRoom', room, accessKey: randomBytes(32) };
      expect(codeOf(write(storage, other))).toBe('roomExists');
      expect(storage.accessKey(room)).toEqual(accessKey);
    });

    test('writes to a room that does not exist are refused and reads find nothing', () => {
      const storage = open(roomy);
      const room = randomBytes(16);
      expect(codeOf(write(storage, register(room)))).toBe('roomNotFound');
      expect(storage.snapshot(room)).toBeUndefined();
      expect(storage.head(room)).toBe(0);
      expect(storage.findEntry(room, randomBytes(16))).toBeUndefined();
      expect(fetchAll(storage, room)).toEqual([]);
    });

    test('[L1] entries of each room get 1, 2, 3 …, several rooms in one batch', () => {
      const storage = open(roomy);
      const rooms = [storedRoom(storage), storedRoom(storage)];
      const batch = rooms.flatMap(({ room, key }) => [envelope(room, key, 1), envelope(room, key, 1)]);
      expect(storage.write(batch, 1).map(seqOf)).toEqual([2, 3, 2, 3]);
      for (const { room } of rooms) expect(fetchAll(storage, room).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    });

    test('[L3] a known id is answered with its place, also inside one batch, whatever else is wrong', () => {
      const storage = open(roomy);
      const { room, key } = storedRoom(storage);
      const sent = envelope(room, key, 1);
      expect(storage.write([sent, sent], 1)[1]).toEqual({ outcome: 'known', seq: 2, epoch: 1 });
      const changed: Write = { ...sent, epoch: 9, from: randomBytes(32) };
      expect(write(storage, changed)).toEqual({ outcome: 'known', seq: 2, epoch: 1 });
      expect(storage.findEntry(room, sent.id)).toEqual({ seq: 2, epoch: 1 });
      expect(storage.head(room)).toBe(2);
    });

    test('[L4] keys that come and go count the epoch, and an envelope of another one is refused', () => {
      const storage = open(roomy);
      const { room, key } = storedRoom(storage);
      const guest = register(room);
      expect(write(storage, guest)).toMatchObject({ entry: { seq: 2, epoch: 2 } });
      expect(write(storage, envelope(room, key, 1))).toMatchObject({
        error: { code: 'epochConflict', epoch: 2 },
      });
      expect(write(storage, remove(room, guest.publicKey))).toMatchObject({ entry: { seq: 3, epoch: 3 } });
      expect(write(storage, envelope(room, key, 3))).toMatchObject({ entry: { seq: 4, epoch: 3 } });
      expect(write(storage, { ...register(room), publicKey: key })).toMatchObject({
        entry: { seq: 5, epoch: 3 },
      });
    });

    test('[L5] fetch gives slices for the named keys and no others', () => {
      const storage = open(roomy);
      const { room, key } = storedRoom(storage);
      const guest = register(room);
      const slices = [testSlice(key), testSlice(guest.publicKey)];
      storage.write([guest, { ...envelope(room, key, 2), slices }], 1);
      const slicesFor = (keys: Uint8Array[]) => fetchAll(storage, room, keys).at(-1);
      expect(slicesFor([])).toMatchObject({ slices: [] });
      expect(slicesFor([guest.publicKey])).toMatchObject({ slices: [slices[1]] });
      expect(slicesFor([randomBytes(32), key])).toMatchObject({ slices: [slices[0]] });
    });

    test('[L7] sender and recipients must be registered, each recipient once', () => {
      const storage = open(roomy);
      const { room, key } = storedRoom(storage);
      const stranger = randomBytes(32);
      expect(codeOf(write(storage, envelope(room, stranger, 1)))).toBe('keyNotRegistered');
      const to = (...keys: Buffer[]): Write => ({
        ...envelope(room, key, 1),
        slices: keys.map((k) => testSlice(k)),
      });
      expect(codeOf(write(storage, to(stranger)))).toBe('badRequest');
      expect(codeOf(write(storage, to(key, key)))).toBe('badRequest');
      expect(codeOf(write(storage, remove(room, stranger)))).toBe('keyNotRegistered');
      expect(storage.head(room)).toBe(1);
    });

    test('entries come back as they were written', () => {
      const storage = open(roomy);
      const { room, key } = storedRoom(storage);
      const body = randomBytes(5_000);
      const batch: Write[] = [
        { ...envelope(room, key, 1), body, slices: [testSlice(key)] },
        envelope(room, key, 1),
        remove(room, key),
      ];
      const written = storage.write(batch, 1).map((outcome) => 'entry' in outcome && outcome.entry);
      expect(fetchAll(storage, room, [key]).slice(1)).toEqual(written);
    });

    test('fetch stops at its limits and gives one entry at least', () => {
      const storage = open(roomy);
      const { room, key } = storedRoom(storage);
      storage.write(
        Array.from({ length: 9 }, () => ({ ...envelope(room, key, 1), body: randomBytes(1_000) })),
        1,
      );
      const seqs = (limit: number, maxBytes: number) =>
        storage.fetch({ room, after: 1, limit, maxBytes, keys: [] }).entries.map(({ seq }) => seq);
      expect(seqs(3, MiB)).toEqual([2, 3, 4]);
      expect(seqs(100, 0)).toEqual([2]);
      expect(seqs(100, 2_500)).toEqual([2, 3, 4]);
    });

    test('the snapshot holds registrations, the latest marks and the latest room info', () => {
      const storage = open(roomy);
      const { room, key, registration } = storedRoom(storage);
      const sealed = randomBytes(100);
      storage.write(
        [
          { kind: 'mark', room, publicKey: key, sealed: randomBytes(9) },
          { kind: 'mark', room, publicKey: key, sealed },
          { kind: 'roomInfo', room, sealed: randomBytes(9) },
          { kind: 'roomInfo', room, sealed },
        ],
        1,
      );
      const { sealedProfile, tag } = registration;
      expect(storage.snapshot(room)).toEqual({
        head: 1,
        floor: 1,
        epoch: 1,
        registrations: [{ publicKey: key, sealedProfile, tag }],
        marks: [{ publicKey: key, sealed }],
        roomInfo: sealed,
      });
      expect(codeOf(write(storage, { kind: 'mark', room, publicKey: randomBytes(32), sealed }))).toBe(
        'keyNotRegistered',
      );
      write(storage, remove(room, key));
      expect(storage.snapshot(room)).toMatchObject({ registrations: [], marks: [] });
      expect(storage.isRegistered(room, key)).toBe(false);
    });

    test('[K6] silent keys are those that nobody answered for since then', () => {
      const storage = open(roomy);
      const { room, key } = storedRoom(storage, 1_000);
      const guest = register(room);
      storage.write([guest], 2_000);
      expect(storage.silentKeys(1_000, 10)).toEqual([]);
      expect(storage.silentKeys(1_001, 10)).toEqual([{ room, publicKey: key }]);
      expect(storage.silentKeys(2_001, 10)).toHaveLength(2);
      expect(storage.silentKeys(2_001, 1)).toHaveLength(1);
      storage.recordAnswers([
        { room, publicKey: key, at: 3_000 },
        { room, publicKey: randomBytes(32), at: 3_000 },
      ]);
      expect(storage.silentKeys(3_000, 10)).toEqual([{ room, publicKey: guest.publicKey }]);
      storage.restartGrace(4_000);
      expect(storage.silentKeys(4_000, 10)).toEqual([]);
    });

    test('pruning deletes what is older, raises the floor and frees its bytes', () => {
      const storage = open({ ...roomy, logBytesPerRoom: 20_000 });
      const { room, key } = storedRoom(storage, 1_000);
      const large = (): Write => ({ ...envelope(room, key, 1), body: randomBytes(8_000) });
      storage.write([large(), large()], 2_000);
      expect(codeOf(write(storage, large()))).toBe('roomFull');
      expect(storage.prune(1_000)).toBe(0);
      expect(storage.prune(2_001)).toBe(3);
      expect(storage.prune(2_001)).toBe(0);
      expect(storage.fetch({ room, after: 0, limit: 9, maxBytes: MiB, keys: [] })).toEqual({
        entries: [],
        head: 3,
        floor: 4,
      });
      expect(write(storage, large())).toMatchObject({ entry: { seq: 4 } });
      expect(storage.snapshot(room)).toMatchObject({ head: 4, floor: 4 });
    });

    test('a room takes no more members than its limit, and a member that leaves makes place', () => {
      const storage = open({ ...roomy, membersPerRoom: 2 });
      const { room, key } = storedRoom(storage);
      write(storage, register(room));
      expect(codeOf(write(storage, register(room)))).toBe('roomFull');
      expect(write(storage, { ...register(room), publicKey: key })).toMatchObject({ outcome: 'appended' });
      write(storage, remove(room, key));
      expect(write(storage, register(room))).toMatchObject({ outcome: 'appended' });
    });

    test('a full store fails the whole batch, keeps what it had and works again when there is space', () => {
      const storage = open({ ...roomy, databaseBytes: MiB });
      const { room, key } = storedRoom(storage);
      const fill = () => {
        for (let n = 0; n < 100; n += 1) {
          const large = {
            ...envelope(room, key, storage.snapshot(room)?.epoch ?? 0),
            body: randomBytes(100_000),
          };
          storage.write([large, register(room)], 1);
        }
      };
      expect(fill).toThrow(StorageFailure);
      const before = storage.snapshot(room);
      expect(fill).toThrow(StorageFailure);
      expect(storage.snapshot(room)).toEqual(before);
      const head = storage.head(room);
      storage.prune(2);
      expect(write(storage, register(room))).toMatchObject({ entry: { seq: head + 1 } });
    });
  });
}

function register(room: Buffer) {
  return { kind: 'registerKey' as const, room, ...testRegistration() };
}

function remove(room: Buffer, publicKey: Buffer) {
  return { kind: 'removeKey' as const, reason: 'left' as const, room, id: randomBytes(16), publicKey };
}

function envelope(room: Buffer, from: Buffer, epoch: number) {
  return { kind: 'envelope' as const, room, id: randomBytes(16), epoch, from, slices: [] };
}

/** A room with one member, in epoch 1. */
function storedRoom(storage: Storage, at = 1) {
  const room = randomBytes(16);
  const registration = register(room);
  storage.write([{ kind: 'createRoom', room, accessKey: randomBytes(32) }, registration], at);
  return { room, key: registration.publicKey, registration };
}

function write(storage: Storage, one: Write): Written | undefined {
  return storage.write([one], 1)[0];
}

function codeOf(written: Written | undefined) {
  return written?.outcome === 'refused' ? written.error.code : written?.outcome;
}

function seqOf(written: Written) {
  return written.outcome === 'appended' ? written.entry.seq : undefined;
}

function fetchAll(storage: Storage, room: Buffer, keys: Uint8Array[] = []) {
  return storage.fetch({ room, after: 0, limit: 500, maxBytes: 64 * MiB, keys }).entries;
}
