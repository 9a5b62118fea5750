import type { Entry } from '@otr/protocol';
import { describe, expect, it } from 'vitest';
import { initialDigest, linkOf, nextDigest } from '../../src/core/logDigest.ts';
import { rosterHash } from '../../src/core/roster.ts';
import { randomId } from '../../src/core/text.ts';

const room = randomId();
const key = (byte: number) => new Uint8Array(32).fill(byte);
const envelope: Entry = {
  kind: 'envelope',
  seq: 4,
  id: randomId(),
  epoch: 2,
  from: key(1),
  slices: [],
  body: key(9),
};

describe('log digest', () => {
  it('[M7] changes with every part that all members are given', () => {
    const variants: Entry[] = [
      { ...envelope, seq: 5 },
      { ...envelope, epoch: 3 },
      { ...envelope, id: randomId() },
      { ...envelope, from: key(2) },
      { ...envelope, body: key(8) },
      { kind: 'removeKey', seq: 4, id: envelope.id, epoch: 2, publicKey: key(1), reason: 'left' },
    ];
    const links = new Set([envelope, ...variants].map((entry) => Buffer.from(linkOf(entry)).toString('hex')));
    expect(links.size).toBe(variants.length + 1);
  });

  it('[M7] is the same for readers who were given different slices', () => {
    const mine: Entry = { ...envelope, slices: [{ to: key(3), ciphertext: key(4) }] };
    expect(linkOf(mine)).toEqual(linkOf(envelope));
  });

  it('[M7] depends on the order', () => {
    const [a, b] = [key(1), key(2)];
    const start = initialDigest(room);
    expect(nextDigest(nextDigest(start, a), b)).not.toEqual(nextDigest(nextDigest(start, b), a));
    expect(initialDigest(randomId())).not.toEqual(start);
  });
});

describe('roster hash', () => {
  it('[K8] depends on the set and the room, not on the order', () => {
    expect(rosterHash(room, [key(1), key(2)])).toEqual(rosterHash(room, [key(2), key(1)]));
    expect(rosterHash(room, [key(1)])).not.toEqual(rosterHash(room, [key(1), key(2)]));
    expect(rosterHash(randomId(), [key(1)])).not.toEqual(rosterHash(room, [key(1)]));
  });
});
