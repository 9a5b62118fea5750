import { type KeyObject, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { identityOf } from '../../../src/core/identity/identity.ts';
import { type Pair, pairOf, type TheirKeys } from '../../../src/core/identity/pair.ts';
import { isTag } from '../../../src/core/identity/tags.ts';
import { randomId } from '../../../src/core/text.ts';
import {
  bytesOf,
  derived,
  type Leaf,
  newLeaf,
  publicOf,
  randomContext,
  tagKeyFrom,
  tagKeyOfTerms,
  tagOf,
  x25519,
} from './reference.ts';

const [ann, ben] = [newLeaf(), newLeaf()];
const annToBen = pairBetween(ann, keysOf(ben));
const benToAnn = pairBetween(ben, keysOf(ann));
const context = { exporter: randomBytes(32), room: randomId(), epoch: 7 };

function keysOf(leaf: Leaf): TheirKeys {
  return { identityKey: publicOf(leaf.identity), ephemeralKey: publicOf(leaf.ephemeral) };
}

function pairBetween(own: Leaf, theirs: TheirKeys): Pair {
  return pairOf({ identity: identityOf(own.identity), ephemeral: identityOf(own.ephemeral) }, theirs);
}

function hex(key: KeyObject | null): string | undefined {
  return key?.export().toString('hex');
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

describe('the keys of a pair', () => {
  it('[D3] of tags are as the rule says, and the same for both', () => {
    const expected = hexOf(tagKeyFrom(publicOf(ann.identity), ben));
    expect(hex(annToBen.tagKeyTo())).toBe(expected);
    expect(hex(benToAnn.tagKeyFrom())).toBe(expected);
    const back = hexOf(tagKeyFrom(publicOf(ben.identity), ann));
    expect(hex(benToAnn.tagKeyTo())).toBe(back);
    expect(hex(annToBen.tagKeyFrom())).toBe(back);
    expect(back).not.toBe(expected);
  });

  it('[D4] of slices are as the rule says, and the same for both', () => {
    const [identityA, leafA, identityB, leafB] = [ann.identity, ann.ephemeral, ben.identity, ben.ephemeral];
    const [A, EA, B, EB] = [publicOf(identityA), publicOf(leafA), publicOf(identityB), publicOf(leafB)];
    const terms = [x25519(identityA, B), x25519(identityA, EB), x25519(leafA, B), x25519(leafA, EB)];
    const epoch = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 7);
    const { exporter, room } = context;
    const expected = hexOf(derived(terms, exporter, 'otr-chatroom slice v1', A, EA, B, EB, room, epoch));
    expect(hex(annToBen.sliceKeyTo(context))).toBe(expected);
    expect(hex(benToAnn.sliceKeyFrom(context))).toBe(expected);
    expect(hex(benToAnn.sliceKeyTo(context))).toBe(hex(annToBen.sliceKeyFrom(context)));
    expect(hex(benToAnn.sliceKeyTo(context))).not.toBe(expected);
  });

  it('[D4] of slices are others in another epoch, room or history', () => {
    const keys = [
      context,
      { ...context, epoch: 8 },
      { ...context, room: randomId() },
      { ...context, exporter: randomBytes(32) },
    ].map((each) => hex(annToBen.sliceKeyTo(each)));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('[D2] are all others once either leaf has a fresh key', () => {
    const renewed = newLeaf();
    const all = [
      annToBen,
      pairBetween({ ...ann, ephemeral: renewed.ephemeral }, keysOf(ben)),
      pairBetween(ann, keysOf({ ...ben, ephemeral: renewed.ephemeral })),
    ];
    expect(new Set(all.map((pair) => hex(pair.sliceKeyTo(context)))).size).toBe(3);
    // A tag is made for its recipient's leaf alone: the sender's own renewal changes the context, not the key.
    const [before, ownRenewed, theirsRenewed] = all.map((pair) => hex(pair.tagKeyTo()));
    expect(ownRenewed).toBe(before);
    expect(theirsRenewed).not.toBe(before);
  });

  it('[D3] are computed once', () => {
    expect(annToBen.tagKeyTo()).toBe(annToBen.tagKeyTo());
    expect(annToBen.tagKeyFrom()).toBe(annToBen.tagKeyFrom());
  });
});

const prime = 2n ** 255n - 19n;
const orderEight = [
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
].map((text) => BigInt(`0x${Buffer.from(text, 'hex').reverse().toString('hex')}`));
const small = [0n, 1n, ...orderEight, prime - 1n, prime, prime + 1n];
/** Every text of every point of low order; the highest bit is not read (RFC 7748 §5). */
const lowOrder = [...small, ...small.map((u) => u + 2n ** 255n)].map(bytesOf);

describe('keys that are none', () => {
  it.each(lowOrder.map((key) => [hexOf(key), key] as const))(
    '[D3] an identity key of low order gives nothing: %s',
    (_, identityKey) => {
      // What it would give without the check is known to everybody: the attack that the check is for.
      expect(x25519(ben.identity, identityKey)).toEqual(new Uint8Array(32));
      const pair = pairBetween(ben, { ...keysOf(ann), identityKey });
      expect(pair.tagKeyFrom()).toBeNull();
      expect(pair.tagKeyTo()).toBeNull();
      expect(pair.sliceKeyTo(context)).toBeNull();
      expect(pair.sliceKeyFrom(context)).toBeNull();
    },
  );

  it.each(lowOrder.map((key) => [hexOf(key), key] as const))(
    '[D2] a leaf key of low order gives nothing that needs it: %s',
    (_, ephemeralKey) => {
      const pair = pairBetween(ben, { ...keysOf(ann), ephemeralKey });
      expect(pair.tagKeyTo()).toBeNull();
      expect(pair.sliceKeyTo(context)).toBeNull();
      expect(pair.sliceKeyFrom(context)).toBeNull();
      // Who shows itself with it still can: its own leaf key has no part in its tags.
      expect(hex(pair.tagKeyFrom())).toBe(hex(benToAnn.tagKeyFrom()));
    },
  );

  it('[D3] without that check, who knows no private key at all could make a tag', () => {
    const identityKey = bytesOf(1n);
    const zero = new Uint8Array(32);
    const where = randomContext();
    const forged = tagOf(
      tagKeyOfTerms([zero, zero], identityKey, publicOf(ben.identity), publicOf(ben.ephemeral)),
      where,
    );
    expect(forged).toEqual(tagOf(tagKeyFrom(identityKey, ben), where));
    const key = pairBetween(ben, { ...keysOf(ann), identityKey }).tagKeyFrom();
    expect(key && isTag(key, where, forged)).toBeNull();
  });

  it.each([0, 31, 33, 64])('[D1] [D2] %d bytes are no key', (length) => {
    const bytes = randomBytes(length);
    const byIdentity = pairBetween(ann, { ...keysOf(ben), identityKey: bytes });
    const byLeaf = pairBetween(ann, { ...keysOf(ben), ephemeralKey: bytes });
    for (const pair of [byIdentity, byLeaf]) {
      expect(pair.tagKeyTo()).toBeNull();
      expect(pair.sliceKeyTo(context)).toBeNull();
      expect(pair.sliceKeyFrom(context)).toBeNull();
    }
    expect(byIdentity.tagKeyFrom()).toBeNull();
  });
});
