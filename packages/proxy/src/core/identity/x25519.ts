import { createPublicKey, createSecretKey, diffieHellman, type KeyObject } from 'node:crypto';
import { toText } from '../text.ts';

/** X25519 (RFC 7748) with keys that others chose. */

export const keyLength = 32;

/** Of the 32 public bytes; null for any other length. A key of low order passes here and fails in `sharedSecret`. */
export function importPublicKey(bytes: Uint8Array): KeyObject | null {
  if (bytes.length !== keyLength) return null;
  const x = toText(bytes);
  // JWK is the quickest form that node:crypto reads: DER costs half as much again.
  return withoutTraces(() => createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' }));
}

/**
 * 32 bytes that the two owners share, as a `KeyObject`, whose memory is wiped when it is freed. Null where the other key
 * is none or of low order: the result would be zero, which everybody knows (RFC 7748 §6.1).
 */
export function sharedSecret(privateKey: KeyObject, publicKey: KeyObject | null): KeyObject | null {
  if (!publicKey) return null;
  const bytes = exchange(privateKey, publicKey);
  if (!bytes) return null;
  const secret = createSecretKey(bytes);
  bytes.fill(0);
  return secret;
}

function exchange(privateKey: KeyObject, publicKey: KeyObject): Buffer | null {
  try {
    return diffieHellman({ privateKey, publicKey });
  } catch {
    // OpenSSL refuses the zero result; the types leave nothing else that could go wrong.
    return null;
  }
}

/**
 * For any object that it is given, node:crypto first probes whether it is a `CryptoKey`, by catching an exception. Its
 * stack trace costs as much as the import, so none is taken.
 */
function withoutTraces<Value>(action: () => Value): Value {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return action();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
