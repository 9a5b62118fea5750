import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Entry, entry } from '../src/relay/entry.ts';
import {
  epochOf,
  isCommit,
  packEntry,
  packedEntry,
  seqOf,
  unpackEntry,
  withSlices,
} from '../src/relay/packedEntry.ts';
import { comparable } from './comparable.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const some = fc.uint8Array({ minLength: 1, maxLength: 60 });
const place = {
  seq: fc.integer({ min: 1, max: 2 ** 40 - 1 }),
  epoch: fc.integer({ min: 0, max: 2 ** 40 }),
  id: bytes(16),
};
const slices = fc.array(fc.record({ to: bytes(32), ciphertext: some }), { maxLength: 4 });
const key = bytes(32);
const entries: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({ kind: fc.constant('message' as const), ...place, slices, body: some }),
  fc.record({ kind: fc.constant('commit' as const), ...place, accessKey: key, body: some }),
);

function packedWithSlices(unpacked: Entry): Buffer {
  return withSlices(packEntry(unpacked), 'slices' in unpacked ? unpacked.slices : []);
}

describe('packed entry', () => {
  it('[W6] is unpacked to the entry that was packed', () => {
    fc.assert(
      fc.property(entries, (unpacked) => {
        const packed = packedWithSlices(unpacked);
        expect(comparable(unpackEntry(packed))).toEqual(comparable(unpacked));
        expect([seqOf(packed), epochOf(packed), isCommit(packed)]).toEqual([
          unpacked.seq,
          unpacked.epoch,
          unpacked.kind === 'commit',
        ]);
      }),
    );
  });

  it('[W6] everyone is given the same bytes, and slices only behind them', () => {
    fc.assert(
      fc.property(entries, slices, (unpacked, others) => {
        const packed = packEntry(unpacked);
        expect(withSlices(packed, others).subarray(0, packed.length).equals(packed)).toBe(true);
      }),
    );
  });

  it('[W2] whatever bytes are unpacked fit the schema', () => {
    fc.assert(
      fc.property(
        entries,
        fc.array(fc.tuple(fc.nat(120), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
        (unpacked, changes) => {
          const packed = packedWithSlices(unpacked);
          for (const [offset, byte] of changes) if (offset < packed.length) packed[offset] = byte;
          const got = unpackEntry(packed);
          if (got) expect(entry.safeParse(got).success).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('[W2] bytes that end too early are no entry, a whole number of slices less is', () => {
    const unpacked: Entry = {
      kind: 'message',
      seq: 1,
      epoch: 1,
      id: randomBytes(16),
      body: randomBytes(9),
      slices: [{ to: randomBytes(32), ciphertext: randomBytes(10) }],
    };
    const packed = packedWithSlices(unpacked);
    const sliceless = packEntry(unpacked).length;
    for (let length = 0; length < packed.length; length++) {
      expect(unpackEntry(packed.subarray(0, length)) !== undefined).toBe(length === sliceless);
    }
  });

  it('[W2] no more slices than one reader is given', () => {
    const slice = { to: randomBytes(32), ciphertext: randomBytes(10) };
    const unpacked: Entry = {
      kind: 'message',
      seq: 1,
      epoch: 1,
      id: randomBytes(16),
      body: randomBytes(9),
      slices: [],
    };
    const of = (count: number) =>
      withSlices(
        packEntry(unpacked),
        Array.from({ length: count }, () => slice),
      );
    expect(packedEntry.safeParse(of(16)).success).toBe(true);
    expect(packedEntry.safeParse(of(17)).success).toBe(false);
  });
});
