import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { expect, it } from 'vitest';
import { hkdf, hkdfKey, noSalt } from '../../../src/core/identity/hkdf.ts';
import { type BodySecrets, openBody } from '../../../src/core/whisper/body.ts';
import { sealHeader } from '../../../src/core/whisper/header.ts';
import { blockOf, blocksOf, bytesOf, ghash, inverse, multiply, power } from './ghash.ts';
import { newId, room, text } from './room.ts';

/** Two content keys, found by trying 123,955: their keystreams begin with the same four bytes, which hold the length. */
const twoKeys = [54_354, 123_955].map((number): BodySecrets => {
  const contentKey = Buffer.alloc(32);
  contentKey.writeUInt32BE(number, 28);
  return { contentKey, generation: new Uint8Array(28) };
});
/** Of the smallest body: 256 less the marker, header, commitment and tag; its text fills it to the last byte. */
const paddedLength = 171;
const textLength = paddedLength - 4;
const zeroNonce = new Uint8Array(12);

const secretsOf = ({ contentKey, generation }: BodySecrets) => Buffer.concat([contentKey, generation]);
const bodyKeyOf = (one: BodySecrets) => hkdfKey(secretsOf(one), noSalt, text('otr-chatroom whisper body v1'));
const commitmentOf = (one: BodySecrets) =>
  hkdf(secretsOf(one), noSalt, text('otr-chatroom whisper commitment v1'));

/** What AES-GCM needs of a key: GHASH's, and the mask of the tag. */
function partsOf(key: KeyObject): { subkey: bigint; mask: bigint } {
  const encrypt = (block: Uint8Array) =>
    blockOf(createCipheriv('aes-256-ecb', key, null).update(block) as Uint8Array);
  const first = Buffer.alloc(16);
  first.writeUInt32BE(1, 12);
  return { subkey: encrypt(Buffer.alloc(16)), mask: encrypt(first) };
}

/** One ciphertext with one tag that is good under both keys: one block of it is chosen so that the tags agree. */
function twoFaced(additional: Uint8Array, keys: readonly [KeyObject, KeyObject]): Uint8Array {
  const padded = Buffer.alloc(paddedLength, 'a');
  padded.writeUInt32BE(textLength);
  const ciphertext = createCipheriv('aes-256-gcm', keys[0], zeroNonce).update(padded);
  const free = 5;
  ciphertext.fill(0, 16 * free, 16 * free + 16);
  const blocks = blocksOf(additional, ciphertext);
  const exponent = BigInt(blocks.length - Math.ceil(additional.length / 16) - free);
  const [one, other] = [partsOf(keys[0]), partsOf(keys[1])];
  const difference = ghash(one.subkey, blocks) ^ one.mask ^ ghash(other.subkey, blocks) ^ other.mask;
  const slope = power(one.subkey, exponent) ^ power(other.subkey, exponent);
  ciphertext.set(bytesOf(multiply(difference, inverse(slope))), 16 * free);
  const tag = bytesOf(ghash(one.subkey, blocksOf(additional, ciphertext)) ^ one.mask);
  return Buffer.concat([ciphertext, tag]);
}

/** As a body was opened before it had a commitment. */
function openUncommitted(key: KeyObject, sealed: Uint8Array, additional: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, zeroNonce);
  decipher.setAAD(additional);
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}

it('[D4] one body does not read differently for two recipients, though AES-GCM would have it so (control)', () => {
  const [member] = room(2);
  const [one, other] = twoKeys;
  if (!member || !one || !other) throw new Error('nobody');
  const { group } = member;
  const id = newId();
  const header = sealHeader(group, id, { leafIndex: 0, generation: 0 });
  const epoch = Buffer.alloc(8);
  epoch.writeBigUInt64BE(group.context.epoch);
  const additional = Buffer.concat([group.context.groupId, epoch, id, header]);
  const keys = [bodyKeyOf(one), bodyKeyOf(other)] as const;
  const sealed = twoFaced(additional, keys);

  const [read, otherwise] = keys.map((key) => openUncommitted(key, sealed, additional));
  expect(read?.readUInt32BE()).toBe(textLength);
  expect(otherwise?.readUInt32BE()).toBe(textLength);
  expect(read).not.toEqual(otherwise);

  const opened = (commitment: Uint8Array) =>
    twoKeys.map((secrets) => {
      const body = Buffer.concat([Uint8Array.of(0x57), header, commitment, sealed]);
      expect(body).toHaveLength(256);
      return openBody(group, body, { id, secrets }) !== null;
    });
  expect(opened(commitmentOf(one))).toEqual([true, false]);
  expect(opened(commitmentOf(other))).toEqual([false, true]);
  expect(opened(new Uint8Array(32))).toEqual([false, false]);
});
