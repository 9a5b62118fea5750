import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../src/codec/reader.ts';
import { Writer } from '../src/codec/writer.ts';
import { fuzz, makeTargets } from './fuzz.ts';
import { seeded } from './random.ts';

/** The short run; `npm run fuzz -w packages/mls` is the long one. */
const INPUTS = 1500;

describe('decoders', () => {
  const targets = makeTargets();

  it.each(targets.map((t) => [t.name, t] as const))('withstand changed input: %s', (_, target) => {
    const random = seeded();
    const { inputs, slowest } = fuzz(target, INPUTS, random);
    expect(inputs).toBe(INPUTS);
    expect(slowest).toBeLessThan(1000);
  });

  it('(control: unchanged input is accepted by every target)', () => {
    for (const target of targets)
      for (const seed of target.seeds) expect(() => target.run(seed)).not.toThrow();
  });

  it('(control: an accepted change, a foreign error and another encoding are each reported)', () => {
    const seeds = [Uint8Array.of(1, 2, 3)];
    const gullible = { name: 'gullible', seeds, authenticated: true, run: () => undefined };
    expect(() => fuzz(gullible, 100, seeded(1))).toThrow('changed input accepted');
    const crashing = { ...gullible, run: () => void JSON.parse('{') };
    expect(() => fuzz(crashing, 100, seeded(1))).toThrow('SyntaxError');
  });

  it('read what the writer wrote, for any values', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.array(fc.nat(0xffff), { maxLength: 100 }),
        fc.nat(0xffffffff),
        fc.bigInt(0n, 2n ** 64n - 1n),
        fc.option(fc.nat(255), { nil: undefined }),
        (bytes, numbers, u32, u64, optional) => {
          const w = new Writer(1).opaque(bytes).list(numbers, (v, n) => v.u16(n));
          const encoded = w
            .u32(u32)
            .u64(u64)
            .optional(optional, (v, n) => v.u8(n))
            .finish();
          const read = decode(encoded, (r) => [
            Array.from(r.opaque()),
            r.list((v) => v.u16()),
            r.u32(),
            r.u64(),
            r.optional((v) => v.u8()),
          ]);
          expect(read).toEqual([Array.from(bytes), numbers, u32, u64, optional]);
        },
      ),
      { numRuns: 200 },
    );
  });
});
