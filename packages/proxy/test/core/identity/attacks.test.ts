import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { identityOf } from '../../../src/core/identity/identity.ts';
import { type Pair, pairOf } from '../../../src/core/identity/pair.ts';
import { isTag, makeTag, type TagContext } from '../../../src/core/identity/tags.ts';
import {
  type Leaf,
  newLeaf,
  publicOf,
  randomContext,
  type TagPart,
  type TagTerm,
  tagKeyFrom,
  tagKeyOfTerms,
  tagOf,
  x25519,
} from './reference.ts';

/**
 * Mallory wants Ben to take her for Ann. Each attack is made twice: on Ben as he is, who refuses it, and on a Ben whose
 * protocol lacks one part, who is deceived. So it is that part which keeps her out, and not a mistake in the attack.
 */
const [ann, ben, mallory] = [newLeaf(), newLeaf(), newLeaf()];
const annKey = publicOf(ann.identity);
const [benKey, benLeafKey] = [publicOf(ben.identity), publicOf(ben.ephemeral)];
const context = randomContext();

function pairBetween(own: Leaf, identityKey: Uint8Array, ephemeralKey: Uint8Array): Pair {
  return pairOf(
    { identity: identityOf(own.identity), ephemeral: identityOf(own.ephemeral) },
    { identityKey, ephemeralKey },
  );
}

/** Ben as he is: whether he takes the sender of this tag for who has the identity key that its leaf names. */
function benBelieves(
  tag: Uint8Array,
  where: TagContext,
  identityKey = annKey,
  leafKey = publicOf(mallory.ephemeral),
) {
  const key = pairBetween(ben, identityKey, leafKey).tagKeyFrom();
  return key !== null && isTag(key, where, tag);
}

/** A Ben whose tags are made of these exchanges alone, and say nothing of some parts. */
function weakBenBelieves(
  tag: Uint8Array,
  where: TagContext,
  terms: readonly TagTerm[],
  without: readonly TagPart[] = [],
): boolean {
  return Buffer.from(tag).equals(tagOf(tagKeyFrom(annKey, ben, terms), where, without));
}

function annsTag(where: TagContext): Uint8Array {
  const key = pairBetween(ann, benKey, benLeafKey).tagKeyTo();
  if (!key) throw new Error('Ben has good keys');
  return makeTag(key, where);
}

/** The results of exchanges as an attacker makes them, who guesses what she cannot compute. */
function forgeries(known: Partial<Record<TagTerm, Uint8Array>>, where: TagContext): Uint8Array[] {
  const own = [
    x25519(mallory.identity, benKey),
    x25519(mallory.identity, benLeafKey),
    x25519(mallory.identity, annKey),
    new Uint8Array(32),
    randomBytes(32),
  ];
  const [first, second] = [known['DH(a, B)'], known['DH(a, E_B)']];
  const guesses = [...own, ...Object.values(known)];
  return (first ? [first] : guesses)
    .flatMap((one) => (second ? [second] : guesses).map((other) => [one, other]))
    .map((terms) => tagOf(tagKeyOfTerms(terms, annKey, benKey, benLeafKey), where));
}

describe('who claims to be another', () => {
  it('[D3] Ann herself is believed', () => {
    expect(benBelieves(annsTag(context), context)).toBe(true);
  });

  it('[D1] [D3] is refused with the other’s identity key in its own leaf', () => {
    for (const tag of forgeries({}, context)) expect(benBelieves(tag, context)).toBe(false);
    // The key that she can make is that of her own identity, which is not the one her leaf names.
    const own = pairBetween(mallory, benKey, benLeafKey).tagKeyTo();
    const tag = own && makeTag(own, context);
    expect(tag && benBelieves(tag, context)).toBe(false);
    expect(tag && benBelieves(tag, context, publicOf(mallory.identity))).toBe(true);
  });

  it('[D3] is refused with a tag that the other made in the same epoch, since it is for another leaf', () => {
    const stolen = annsTag(context);
    const ghost = { ...context, from: createHash('sha256').update('leaf of a ghost').digest() };
    expect(benBelieves(stolen, ghost)).toBe(false);

    const key = tagKeyFrom(annKey, ben);
    const weak = tagOf(key, context, ['from']);
    expect(weakBenBelieves(weak, ghost, ['DH(a, B)', 'DH(a, E_B)'], ['from'])).toBe(true);
  });

  it('[D2] [D3] is refused with the victim’s leaf key alone', () => {
    const known = { 'DH(a, E_B)': x25519(ben.ephemeral, annKey) };
    for (const tag of forgeries(known, context)) expect(benBelieves(tag, context)).toBe(false);

    const weak = tagKeyOfTerms([known['DH(a, E_B)']], annKey, benKey, benLeafKey);
    expect(weakBenBelieves(tagOf(weak, context), context, ['DH(a, E_B)'])).toBe(true);
  });

  it('[D1] [D3] is refused with the victim’s identity key alone', () => {
    const known = { 'DH(a, B)': x25519(ben.identity, annKey) };
    for (const tag of forgeries(known, context)) expect(benBelieves(tag, context)).toBe(false);

    const weak = tagKeyOfTerms([known['DH(a, B)']], annKey, benKey, benLeafKey);
    expect(weakBenBelieves(tagOf(weak, context), context, ['DH(a, B)'])).toBe(true);
  });

  it('[D3] is believed with both of the victim’s keys: so the attacks above are made rightly', () => {
    const known = { 'DH(a, B)': x25519(ben.identity, annKey), 'DH(a, E_B)': x25519(ben.ephemeral, annKey) };
    const [tag] = forgeries(known, context);
    expect(tag && benBelieves(tag, context)).toBe(true);
  });
});

describe('a tag that was overheard', () => {
  const parts: readonly [string, TagPart][] = [
    ['group', 'room'],
    ['epoch', 'authenticator'],
    ['leaf of the sender', 'from'],
    ['leaf of the recipient', 'to'],
  ];

  it.each(parts)('[D3] is refused in another %s', (_, part) => {
    const elsewhere = { ...context, [part]: randomContext()[part] };
    const overheard = annsTag(context);
    expect(benBelieves(overheard, context)).toBe(true);
    expect(benBelieves(overheard, elsewhere)).toBe(false);

    const key = tagKeyFrom(annKey, ben);
    const weak = tagOf(key, context, [part]);
    expect(weakBenBelieves(weak, elsewhere, ['DH(a, B)', 'DH(a, E_B)'], [part])).toBe(true);
  });

  it('[D2] [D3] is refused once the recipient’s leaf has a fresh key, whatever the context', () => {
    const renewed = { ...ben, ephemeral: newLeaf().ephemeral };
    const key = pairBetween(renewed, annKey, publicOf(ann.ephemeral)).tagKeyFrom();
    expect(key && isTag(key, context, annsTag(context))).toBe(false);

    // Without the second exchange and the name of the leaf's key it would be the same tag.
    const weakTag = tagOf(tagKeyOfTerms([x25519(ann.identity, benKey)], annKey, benKey), context);
    const weakKey = tagKeyOfTerms([x25519(renewed.identity, annKey)], annKey, publicOf(renewed.identity));
    expect(weakTag).toEqual(tagOf(weakKey, context));
  });
});

describe('a tag that is sent back', () => {
  /** Ben’s tag to Mallory, whose leaf names his own keys: then both directions have one key. */
  const mirrored = pairBetween(ben, benKey, benLeafKey);
  const [benLeaf, malloryLeaf] = [context.from, context.to];
  const there = { ...context, from: benLeaf, to: malloryLeaf };
  const back = { ...context, from: malloryLeaf, to: benLeaf };

  it('[D3] is refused, since it says who shows itself to whom', () => {
    const [to, from] = [mirrored.tagKeyTo(), mirrored.tagKeyFrom()];
    const tag = to && makeTag(to, there);
    expect(tag && from && isTag(from, back, tag)).toBe(false);
    // The keys are the same: it is the leaves in their order that refuse it, as this tag without them shows.
    expect(to && from && to.equals(from)).toBe(true);
    const key = tagKeyFrom(benKey, ben);
    expect(tagOf(key, there, ['from', 'to'])).toEqual(tagOf(key, back, ['from', 'to']));
    expect(tagOf(key, there)).not.toEqual(tagOf(key, back));
  });

  it('[D3] is refused of an honest pair too, where each direction has a key of its own', () => {
    const pair = pairBetween(ben, annKey, publicOf(ann.ephemeral));
    const [to, from] = [pair.tagKeyTo(), pair.tagKeyFrom()];
    const tag = to && makeTag(to, there);
    for (const where of [there, back]) expect(tag && from && isTag(from, where, tag)).toBe(false);
  });
});
