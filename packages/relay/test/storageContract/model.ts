import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mapKey } from '../../src/bytes.ts';
import type { Write, Written } from '../../src/storage/write.ts';
import type { OpenStorage } from '../storageContract.ts';
import { codeOf, commit, fetchAll, headOf, message } from '../storedRoom.ts';
import { roomy } from './roomy.ts';

/** What somebody does in one of a few rooms; ids and epochs are picked so that they often meet. */
const act = fc.record({
  room: fc.nat(2),
  kind: fc.constantFrom('append' as const, 'append' as const, 'commit' as const, 'createRoom' as const),
  id: fc.nat(14),
  /** How many epochs behind the writer is. */
  behind: fc.constantFrom(0, 0, 0, 1),
});
type Act = typeof act extends fc.Arbitrary<infer Value> ? Value : never;

interface ModelRoom {
  epoch: number;
  /** Entry ids, in order. */
  log: string[];
}

/** Rooms with commits in a dozen lines: what any engine must agree with. */
class Model {
  readonly rooms = new Map<number, ModelRoom>();

  expected({ room: name, kind, id, behind }: Act): string {
    const room = this.rooms.get(name);
    if (kind === 'createRoom') {
      if (room === undefined) this.rooms.set(name, { epoch: 0, log: [] });
      return 'stored';
    }
    if (room === undefined) return 'roomNotFound';
    if (room.log.includes(`${id}`)) return `known ${room.log.indexOf(`${id}`) + 1}`;
    if (behind > 0 && room.epoch > 0) return `epochConflict ${room.epoch}`;
    room.log.push(`${id}`);
    if (kind === 'commit') room.epoch += 1;
    return `appended ${room.log.length} ${room.epoch}`;
  }
}

export function modelContract(open: OpenStorage): void {
  test('[L1] [L3] [L8] random batches do what a simple model does', async () => {
    const storage = await open(roomy);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(act, { maxLength: 12 }), { maxLength: 6 }), async (batches) => {
        const model = new Model();
        const named = Array.from({ length: 3 }, () => ({ room: randomBytes(16), key: randomBytes(32) }));
        const ids = Array.from({ length: 15 }, () => randomBytes(16));
        for (const batch of batches) {
          const planned = batch.map((one) => {
            const epoch = Math.max(0, (model.rooms.get(one.room)?.epoch ?? 0) - one.behind);
            const expected = model.expected(one);
            const { room, key } = named[one.room] ?? { room: randomBytes(16), key: randomBytes(32) };
            return { write: writeOf(one, room, key, ids[one.id] ?? randomBytes(16), epoch), expected };
          });
          const written = await storage.write(
            planned.map(({ write }) => write),
            1,
          );
          expect(written.map(summary)).toEqual(planned.map(({ expected }) => expected));
        }
        for (const [name, { log }] of model.rooms) {
          const room = named[name]?.room ?? Buffer.alloc(0);
          const stored = (await fetchAll(storage, room)).map(({ packed }) => mapKey(packed.subarray(13, 29)));
          expect(stored).toEqual(log.map((id) => mapKey(ids[Number(id)] ?? Buffer.alloc(0))));
          expect(await headOf(storage, room)).toBe(log.length);
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);
}

function writeOf({ kind }: Act, room: Buffer, accessKey: Uint8Array, id: Uint8Array, epoch: number): Write {
  if (kind === 'createRoom') return { kind, room, accessKey };
  return { ...(kind === 'commit' ? commit(room, epoch) : message(room, epoch)), id };
}

function summary(written: Written): string {
  if (written.outcome === 'appended') return `appended ${written.entry.seq} ${written.entry.epoch}`;
  if (written.outcome === 'known') return `known ${written.seq}`;
  if (written.outcome === 'refused' && written.error.epoch !== undefined) {
    return `${written.error.code} ${written.error.epoch}`;
  }
  return codeOf(written) ?? '';
}
