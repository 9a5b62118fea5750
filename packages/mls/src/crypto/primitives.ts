import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hash as digest } from 'node:crypto';
import { plain } from '../codec/bytes.ts';
import { check, fail } from '../errors.ts';

/**
 * Hash, HMAC, HKDF and AEAD over `node:crypto`. Where node:crypto wants a key it gets a `KeyObject`: for raw bytes it
 * probes whether they are a `CryptoKey` by catching an exception, which costs more than the cipher.
 */

export type HashName = 'sha256' | 'sha384' | 'sha512';

export function hash(name: HashName, bytes: Uint8Array): Uint8Array {
  return plain(digest(name, bytes, 'buffer'));
}

/** Octets of the blocks that HMAC pads its key to (RFC 2104). */
const BLOCKS = { sha256: 64, sha384: 128, sha512: 128 } as const;
const LENGTHS = { sha256: 32, sha384: 48, sha512: 64 } as const;
/** Longer messages are rare and go through `createHmac`. */
const SCRATCH = 1024;
const inner = new Uint8Array(SCRATCH);
const outer = new Uint8Array(128 + 64);

/**
 * HMAC as two one-shot hashes in reused buffers, which are wiped: half of what `createHmac` costs, where a key is
 * used once (and nearly every key of MLS is).
 */
export function hmac(name: HashName, key: Uint8Array, ...message: readonly Uint8Array[]): Uint8Array {
  const block = BLOCKS[name];
  let end = block;
  for (const part of message) end += part.length;
  if (end > SCRATCH || key.length > block) {
    const mac = createHmac(name, createSecretKey(key));
    for (const part of message) mac.update(part);
    return plain(mac.digest());
  }
  for (let i = 0; i < key.length; i++) {
    const octet = key[i] as number;
    inner[i] = octet ^ 0x36;
    outer[i] = octet ^ 0x5c;
  }
  inner.fill(0x36, key.length, block);
  outer.fill(0x5c, key.length, block);
  let at = block;
  for (const part of message) {
    inner.set(part, at);
    at += part.length;
  }
  outer.set(digest(name, inner.subarray(0, end), 'buffer'), block);
  const result = digest(name, outer.subarray(0, block + LENGTHS[name]), 'buffer');
  inner.fill(0, 0, end);
  outer.fill(0);
  return plain(result);
}

/** HKDF-Extract (RFC 5869 §2.2). An empty salt is a salt of zeros. */
export function hkdfExtract(name: HashName, salt: Uint8Array, inputKey: Uint8Array): Uint8Array {
  return hmac(name, salt, inputKey);
}

const ONE = Uint8Array.of(1);

/** HKDF-Expand (RFC 5869 §2.3). */
export function hkdfExpand(
  name: HashName,
  hashLength: number,
  pseudorandomKey: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array {
  if (length <= hashLength) {
    const block = hmac(name, pseudorandomKey, info, ONE);
    if (length === hashLength) return block;
    const result = block.slice(0, length);
    block.fill(0);
    return result;
  }
  check(length <= 255 * hashLength, 'exportLength');
  const result = new Uint8Array(length);
  let block: Uint8Array = new Uint8Array(0);
  for (let at = 0, count = 1; at < length; at += hashLength, count++) {
    const next = hmac(name, pseudorandomKey, block, info, Uint8Array.of(count));
    block.fill(0);
    block = next;
    result.set(block.subarray(0, length - at), at);
  }
  block.fill(0);
  return result;
}

/** An AEAD with a 12-byte nonce and a 16-byte tag, appended to the ciphertext. */
export interface Aead {
  readonly id: number;
  readonly keyLength: number;
  readonly nonceLength: number;
  seal(key: Uint8Array, nonce: Uint8Array, additional: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** Throws `aeadOpen`. */
  open(key: Uint8Array, nonce: Uint8Array, additional: Uint8Array, ciphertext: Uint8Array): Uint8Array;
}

const TAG = 16;
const WITH_TAG = { authTagLength: TAG } as const;

function makeAead(id: number, name: string, keyLength: number): Aead {
  // The overloads of node:crypto know AES-GCM and ChaCha20-Poly1305 apart; the calls are the same.
  const cipher = name as 'aes-128-gcm';
  return {
    id,
    keyLength,
    nonceLength: 12,
    seal(key, nonce, additional, plaintext) {
      check(key.length === keyLength && nonce.length === 12, 'argument', 'key or nonce length');
      const box = createCipheriv(cipher, createSecretKey(key), nonce, WITH_TAG);
      box.setAAD(additional);
      const body = box.update(plaintext);
      box.final();
      const result = new Uint8Array(body.length + TAG);
      result.set(body);
      result.set(box.getAuthTag(), body.length);
      return result;
    },
    open(key, nonce, additional, ciphertext) {
      check(key.length === keyLength && nonce.length === 12, 'argument', 'key or nonce length');
      const size = ciphertext.length - TAG;
      if (size < 0) fail('aeadOpen');
      const box = createDecipheriv(cipher, createSecretKey(key), nonce, WITH_TAG);
      box.setAAD(additional);
      box.setAuthTag(ciphertext.subarray(size));
      const plaintext = box.update(ciphertext.subarray(0, size));
      try {
        box.final();
      } catch {
        plaintext.fill(0);
        fail('aeadOpen');
      }
      return plain(plaintext);
    },
  };
}

export const AES_128_GCM = makeAead(1, 'aes-128-gcm', 16);
export const AES_256_GCM = makeAead(2, 'aes-256-gcm', 32);
export const CHACHA20_POLY1305 = makeAead(3, 'chacha20-poly1305', 32);
