import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Base64url without padding (RFC 4648 §5): how ids and public keys read in text. Never used for secrets but the invite link's. */
export function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}

export function fromText(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}

/** Constant-time for equal lengths; lengths are public everywhere in this protocol. */
export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

/** 128 random bits: a room id or an entry id. */
export function randomId(): Uint8Array {
  return new Uint8Array(randomBytes(16));
}

/** Four hexadecimal digits that tell two members of the same name apart on screen. Not a security check. */
export function fingerprint(publicKey: Uint8Array): string {
  return createHash('sha256')
    .update('otr-chatroom fingerprint v1')
    .update(publicKey)
    .digest('hex')
    .slice(0, 4);
}

/** `number` as 8 bytes, big-endian: how numbers enter hashes. */
export function uint64(number: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
  return bytes;
}
