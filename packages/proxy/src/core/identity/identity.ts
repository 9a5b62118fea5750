import { createHash, type KeyObject, randomBytes } from 'node:crypto';
import { privateKeyFrom, publicBytes } from '../keyPair.ts';
import { keyLength } from './x25519.ts';

/** An X25519 key pair: a person's long-term identity (D1), or the fresh key of one of its leaves (D2). */
export interface Identity {
  readonly privateKey: KeyObject;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

export const fingerprintLength = 16;

/** 32 random bytes: any are an X25519 private key (RFC 7748 §5). The caller keeps them sealed and wipes its copy. */
export function newIdentityBytes(): Uint8Array {
  return new Uint8Array(randomBytes(keyLength));
}

/** Of the 32 private bytes, which stay the caller's to wipe. */
export function identityOf(privateBytes: Uint8Array): Identity {
  const privateKey = privateKeyFrom('x25519', privateBytes);
  return { privateKey, publicKey: publicBytes(privateKey) };
}

/** What a leaf's profile says of its fresh key (D2): 32 bytes. */
export function ephemeralPublic(privateBytes: Uint8Array): Uint8Array {
  return identityOf(privateBytes).publicKey;
}

/** D7: what a one-time invite's link carries of its maker: 16 bytes. */
export function fingerprintOf(identityKey: Uint8Array): Uint8Array {
  const hash = createHash('sha256').update('otr-chatroom fingerprint v1').update(identityKey).digest();
  return new Uint8Array(hash.subarray(0, fingerprintLength));
}
