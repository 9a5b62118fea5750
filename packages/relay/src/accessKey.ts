import { createPublicKey, verify } from 'node:crypto';
import { asBuffer } from './bytes.ts';

/** Whether `signature` is Ed25519 (RFC 8032) by this public key, 32 bytes, over the message (rules S3 and N1). */
export function provesKey(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const x = asBuffer(publicKey).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, message, key, signature);
  } catch {
    // Bytes that are no point of the curve.
    return false;
  }
}
