import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

export const noSalt = new Uint8Array();

const firstBlock = Uint8Array.of(1);

/**
 * HKDF-SHA-256 (RFC 5869) with 32 bytes of output, which is one block. Over HMAC with `KeyObject`s: `hkdfSync`, and
 * `createHmac` with bytes as key, cost several times as much.
 */
export function hkdf(inputKey: Uint8Array, salt: Uint8Array, info: Uint8Array): Uint8Array {
  const extracted = createHmac('sha256', createSecretKey(salt)).update(inputKey).digest();
  const key = createSecretKey(extracted);
  extracted.fill(0);
  return createHmac('sha256', key).update(info).update(firstBlock).digest();
}

/** The same as a key; nothing of it stays behind as bytes. `inputKey` is the caller's to wipe. */
export function hkdfKey(inputKey: Uint8Array, salt: Uint8Array, info: Uint8Array): KeyObject {
  const bytes = hkdf(inputKey, salt, info);
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}
