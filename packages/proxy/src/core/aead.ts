import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';

export const nonceLength = 12;
export const tagLength = 16;

/**
 * AES-256-GCM (NIST SP 800-38D) under a random nonce: nonce ‖ ciphertext ‖ tag. A key may seal 2³² values before
 * the chance of a repeated nonce matters; the keys here live for one room.
 */
export function sealBytes(key: KeyObject, plaintext: Uint8Array, additionalData: Uint8Array): Uint8Array {
  const nonce = randomNonce();
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(additionalData);
  const sealed = new Uint8Array(nonceLength + plaintext.length + tagLength);
  sealed.set(nonce);
  sealed.set(cipher.update(plaintext), nonceLength);
  cipher.final();
  sealed.set(cipher.getAuthTag(), nonceLength + plaintext.length);
  return sealed;
}

/** The plaintext, or null when one bit of key, data or ciphertext is not as it was sealed. */
export function openBytes(key: KeyObject, sealed: Uint8Array, additionalData: Uint8Array): Uint8Array | null {
  if (sealed.length < nonceLength + tagLength) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceLength), {
    authTagLength: tagLength,
  });
  decipher.setAAD(additionalData);
  decipher.setAuthTag(sealed.subarray(sealed.length - tagLength));
  const plaintext = decipher.update(sealed.subarray(nonceLength, sealed.length - tagLength));
  try {
    decipher.final();
  } catch {
    plaintext.fill(0);
    return null;
  }
  return plaintext;
}

// One call to the system's generator for many nonces: it costs as much as an AES-GCM call of a short message.
const pool = { bytes: randomBytes(0), next: 0 };

function randomNonce(): Uint8Array {
  if (pool.next + nonceLength > pool.bytes.length) {
    pool.bytes = randomBytes(nonceLength * 256);
    pool.next = 0;
  }
  const nonce = pool.bytes.subarray(pool.next, pool.next + nonceLength);
  pool.next += nonceLength;
  return nonce;
}
