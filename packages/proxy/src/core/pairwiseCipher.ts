import { createHash, createSecretKey, randomBytes } from 'node:crypto';
import type { Slice } from '@otr/protocol';
import { openBytes, sealBytes } from './aead.ts';
import type { KeyPair } from './keyPair.ts';
import { derivePairKeys, type PairKeys } from './pairKey.ts';
import type { Opened, RoomCipher, SealedEnvelope } from './roomCipher.ts';
import { sameBytes, toText } from './text.ts';

const direct = 1;
const withBody = 2;
/** Padded payloads up to this many bytes travel in the slices, longer ones once as the body (M3). */
const directLimit = 256;
const contentKeyLength = 32;
const hashLength = 32;

const sliceLabel = Buffer.from('otr-chatroom slice v1');
const bodyLabel = Buffer.from('otr-chatroom body v1');

/**
 * M1–M3: every message sealed for each recipient by itself, under the key of the pair. `generations` are our own key
 * pairs in this room, the current one last; we seal with the current one and open with any.
 */
export function createPairwiseCipher(room: Uint8Array, generations: readonly KeyPair[]): RoomCipher {
  const current = generations.at(-1);
  const byPublicKey = new Map(generations.map((pair) => [toText(pair.publicKey), pair]));
  const caches = new Map(generations.map((pair) => [pair, new Map<string, PairKeys | null>()]));

  function pairKeys(own: KeyPair, peer: Uint8Array): PairKeys | null {
    const name = toText(peer);
    const known = caches.get(own)?.get(name);
    if (known !== undefined) return known;
    const derived = derivePairKeys(room, own, peer);
    caches.get(own)?.set(name, derived);
    return derived;
  }

  return {
    seal({ id, plaintext, recipients }): SealedEnvelope {
      if (!current) throw new Error('sealing needs a key pair');
      const from = current.publicKey;
      const { sliceText, body } = sliceTextOf(room, id, from, plaintext);
      const slices: Slice[] = [];
      // One buffer for the additional data of all slices: only its last 32 bytes differ.
      const context = sliceContext(room, id, from, from);
      for (const to of recipients) {
        const keys = pairKeys(current, to);
        if (!keys) continue;
        context.set(to, context.length - to.length);
        slices.push({ to, ciphertext: sealBytes(keys.sending, sliceText, context) });
      }
      sliceText.fill(0);
      return { from, slices, ...(body && { body }) };
    },

    open({ id, from, slices, body }): Opened {
      for (const { to, ciphertext } of slices) {
        const own = byPublicKey.get(toText(to));
        if (!own) continue;
        const keys = pairKeys(own, from);
        const sliceText = keys && openBytes(keys.receiving, ciphertext, sliceContext(room, id, from, to));
        if (!sliceText) return { ok: false, problem: 'badCiphertext' };
        return openSliceText(room, id, from, sliceText, body);
      }
      return { ok: false, problem: 'notForUs' };
    },
  };
}

/** What each slice seals: the payload itself, or the key and hash of the body that holds it. */
function sliceTextOf(
  room: Uint8Array,
  id: Uint8Array,
  from: Uint8Array,
  plaintext: Uint8Array,
): { sliceText: Uint8Array; body?: Uint8Array } {
  if (plaintext.length <= directLimit) return { sliceText: Buffer.concat([Buffer.of(direct), plaintext]) };
  const contentKey = randomBytes(contentKeyLength);
  const body = sealBytes(createSecretKey(contentKey), plaintext, bodyContext(room, id, from));
  const sliceText = Buffer.concat([Buffer.of(withBody), contentKey, sha256(body)]);
  contentKey.fill(0);
  return { sliceText, body };
}

function openSliceText(
  room: Uint8Array,
  id: Uint8Array,
  from: Uint8Array,
  sliceText: Uint8Array,
  body: Uint8Array | undefined,
): Opened {
  if (sliceText[0] === direct) return { ok: true, plaintext: sliceText.subarray(1) };
  if (sliceText[0] !== withBody || sliceText.length !== 1 + contentKeyLength + hashLength) {
    return { ok: false, problem: 'badPayload' };
  }
  const contentKey = sliceText.subarray(1, 1 + contentKeyLength);
  const bodyHash = sliceText.subarray(1 + contentKeyLength);
  const plaintext =
    body && sameBytes(sha256(body), bodyHash)
      ? openBytes(createSecretKey(contentKey), body, bodyContext(room, id, from))
      : null;
  sliceText.fill(0);
  return plaintext ? { ok: true, plaintext } : { ok: false, problem: 'badBody' };
}

function sliceContext(room: Uint8Array, id: Uint8Array, from: Uint8Array, to: Uint8Array): Uint8Array {
  return Buffer.concat([sliceLabel, room, id, from, to]);
}

function bodyContext(room: Uint8Array, id: Uint8Array, from: Uint8Array): Uint8Array {
  return Buffer.concat([bodyLabel, room, id, from]);
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}
