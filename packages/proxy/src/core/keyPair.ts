import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

// DER around the 32 bytes (RFC 8410): node:crypto reads raw X25519 and Ed25519 keys in no shorter form.
const privateHeader = {
  x25519: Buffer.from('302e020100300506032b656e04220420', 'hex'),
  ed25519: Buffer.from('302e020100300506032b657004220420', 'hex'),
};
const publicHeader = {
  x25519: Buffer.from('302a300506032b656e032100', 'hex'),
  ed25519: Buffer.from('302a300506032b6570032100', 'hex'),
};
type Curve = keyof typeof privateHeader;

/** Of 32 bytes: for Ed25519 its seed (RFC 8032 §5.1.5). */
export function privateKeyFrom(curve: Curve, bytes: Uint8Array): KeyObject {
  const der = Buffer.concat([privateHeader[curve], bytes]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  return key;
}

export function publicKeyFrom(curve: Curve, bytes: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([publicHeader[curve], bytes]), format: 'der', type: 'spki' });
}

/** The 32 public bytes of an X25519 or Ed25519 private key. */
export function publicBytes(privateKey: KeyObject): Uint8Array {
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return new Uint8Array(der.subarray(der.length - 32));
}
