import { createPublicKey, verify } from 'node:crypto';
import { enterRoomMessage } from '@otr/protocol';
import { asBuffer } from './bytes.ts';

/** Whether `signature` is Ed25519 (RFC 8032) by the room's access key over this connection's challenge (rule S3). */
export function provesAccess(
  accessKey: Uint8Array,
  proof: { challenge: Uint8Array; room: Uint8Array; signature: Uint8Array },
): boolean {
  try {
    const x = asBuffer(accessKey).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, enterRoomMessage(proof.challenge, proof.room), key, proof.signature);
  } catch {
    // Bytes that are no point of the curve.
    return false;
  }
}
