import type { Slice } from '@otr/protocol';
import { limits } from '@otr/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateKeyPair, type KeyPair } from '../../src/core/keyPair.ts';
import { pad } from '../../src/core/padding.ts';
import { createPairwiseCipher } from '../../src/core/pairwiseCipher.ts';
import type { SealedEnvelope } from '../../src/core/roomCipher.ts';
import { randomId } from '../../src/core/text.ts';

const room = randomId();
const [ann, bob, eve] = [generateKeyPair(), generateKeyPair(), generateKeyPair()];
const short = pad(Buffer.from('meet me at noon'));
const long = pad(Buffer.from('x'.repeat(5_000)));

function send(plaintext: Uint8Array, recipients: KeyPair[] = [bob]) {
  const id = randomId();
  const recipientKeys = recipients.map((pair) => pair.publicKey);
  return { id, ...createPairwiseCipher(room, [ann]).seal({ id, plaintext, recipients: recipientKeys }) };
}

function slice(envelope: SealedEnvelope, index = 0): Slice {
  const found = envelope.slices[index];
  if (!found) throw new Error('no such slice');
  return found;
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  const at = Math.floor(bit / 8) % copy.length;
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit % 8));
  return copy;
}

describe('pairwise cipher', () => {
  it.each([
    ['short', short],
    ['long', long],
  ])('[M1] [M2] [M3] a %s payload opens for each recipient', (_, plaintext) => {
    const envelope = send(plaintext, [bob, eve]);
    for (const reader of [bob, eve]) {
      const opened = createPairwiseCipher(room, [reader]).open(envelope);
      expect(opened).toEqual({ ok: true, plaintext: Buffer.from(plaintext) });
    }
  });

  it('[M3] a short payload has no body; a long one is sealed once and its slices stay small', () => {
    expect(send(short).body).toBeUndefined();
    const envelope = send(long, [bob, eve]);
    expect(envelope.body?.length).toBe(long.length + 28);
    expect(slice(envelope).ciphertext.length).toBeLessThan(100);
  });

  it('[M3] short texts of different lengths have slices of equal length', () => {
    const lengths = ['a', 'a'.repeat(200)].map(
      (text) => slice(send(pad(Buffer.from(text)))).ciphertext.length,
    );
    expect(new Set(lengths).size).toBe(1);
  });

  it('the largest slice fits the wire', () => {
    expect(slice(send(pad(Buffer.alloc(252)))).ciphertext.length).toBeLessThanOrEqual(limits.slice);
  });

  it('[M2] one flipped bit anywhere in a slice is refused', () => {
    const envelope = send(short);
    const reader = createPairwiseCipher(room, [bob]);
    fc.assert(
      fc.property(fc.nat(slice(envelope).ciphertext.length * 8 - 1), (bit) => {
        const slices = [{ to: bob.publicKey, ciphertext: flipped(slice(envelope).ciphertext, bit) }];
        expect(reader.open({ ...envelope, slices })).toEqual({ ok: false, problem: 'badCiphertext' });
      }),
    );
    expect(reader.open(envelope).ok).toBe(true); // the untouched one still opens
  });

  it('[M3] a flipped bit in the body, another body or no body is refused', () => {
    const envelope = send(long);
    const reader = createPairwiseCipher(room, [bob]);
    const { body, ...bodiless } = envelope;
    if (!body) throw new Error('a long payload has a body');
    fc.assert(
      fc.property(fc.nat(body.length * 8 - 1), (bit) => {
        const opened = reader.open({ ...envelope, body: flipped(body, bit) });
        expect(opened).toEqual({ ok: false, problem: 'badBody' });
      }),
    );
    const other = send(long).body;
    expect(reader.open({ ...bodiless, ...(other && { body: other }) })).toEqual({
      ok: false,
      problem: 'badBody',
    });
    expect(reader.open(bodiless)).toEqual({ ok: false, problem: 'badBody' });
  });

  it('[M2] a slice under another id, sender, room or recipient is refused', () => {
    const envelope = send(short, [bob, eve]);
    const reader = createPairwiseCipher(room, [bob]);
    const refused = { ok: false, problem: 'badCiphertext' };
    expect(reader.open({ ...envelope, id: randomId() })).toEqual(refused);
    expect(reader.open({ ...envelope, from: eve.publicKey })).toEqual(refused);
    expect(createPairwiseCipher(randomId(), [bob]).open(envelope)).toEqual(refused);
    const evesSlice = [{ to: bob.publicKey, ciphertext: slice(envelope, 1).ciphertext }];
    expect(reader.open({ ...envelope, slices: evesSlice })).toEqual(refused);
  });

  it('[M1] a message reflected to its sender is refused: each direction has its own key', () => {
    const envelope = send(short);
    const reflected = {
      ...envelope,
      from: bob.publicKey,
      slices: [{ ...slice(envelope), to: ann.publicKey }],
    };
    expect(createPairwiseCipher(room, [ann]).open(reflected)).toEqual({
      ok: false,
      problem: 'badCiphertext',
    });
  });

  it('[M1] a peer key of small order gets no slice, and nothing from it opens', () => {
    const smallOrder = new Uint8Array(32);
    const id = randomId();
    const envelope = createPairwiseCipher(room, [ann]).seal({
      id,
      plaintext: short,
      recipients: [smallOrder],
    });
    expect(envelope.slices).toEqual([]);
    const forged = { id, from: smallOrder, slices: [{ to: ann.publicKey, ciphertext: new Uint8Array(300) }] };
    expect(createPairwiseCipher(room, [ann]).open(forged)).toEqual({ ok: false, problem: 'badCiphertext' });
  });

  it('opens with any generation of its own key and seals with the current one', () => {
    const older = send(short, [bob]);
    const newer = generateKeyPair();
    const reader = createPairwiseCipher(room, [bob, newer]);
    expect(reader.open(older).ok).toBe(true);
    expect(reader.seal({ id: randomId(), plaintext: short, recipients: [] }).from).toEqual(newer.publicKey);
  });

  it('says that nothing is addressed to it', () => {
    expect(createPairwiseCipher(room, [eve]).open(send(short))).toEqual({ ok: false, problem: 'notForUs' });
  });

  it('the same text twice gives different ciphertexts', () => {
    expect(slice(send(short)).ciphertext).not.toEqual(slice(send(short)).ciphertext);
  });
});
