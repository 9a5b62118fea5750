import { createSecretKey, diffieHellman, hkdfSync, type KeyObject } from 'node:crypto';
import { type KeyPair, publicKeyFrom } from './keyPair.ts';

/** The two AES-256 keys that we share with one peer: one for each direction (M1). */
export type PairKeys = { sending: KeyObject; receiving: KeyObject };

/** Null where the shared secret is all zeros (RFC 7748 §6.1): the peer's key is a point of small order. */
export function derivePairKeys(room: Uint8Array, own: KeyPair, peer: Uint8Array): PairKeys | null {
  const shared = sharedSecret(own, peer);
  if (shared === null) return null;
  const keys = {
    sending: directionKey(room, shared, own.publicKey, peer),
    receiving: directionKey(room, shared, peer, own.publicKey),
  };
  shared.fill(0);
  return keys;
}

function sharedSecret(own: KeyPair, peer: Uint8Array): Uint8Array | null {
  try {
    const shared = diffieHellman({ privateKey: own.privateKey, publicKey: publicKeyFrom('x25519', peer) });
    return shared.some((byte) => byte !== 0) ? shared : null;
  } catch {
    return null; // OpenSSL refuses the all-zero result by itself.
  }
}

function directionKey(room: Uint8Array, shared: Uint8Array, from: Uint8Array, to: Uint8Array): KeyObject {
  const info = Buffer.concat([Buffer.from('otr-chatroom pairwise v1'), from, to]);
  const bytes = new Uint8Array(hkdfSync('sha256', shared, room, info, 32));
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}
