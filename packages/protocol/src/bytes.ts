import { z } from 'zod';

/**
 * Whether a value is bytes. A decoded map can have been given the prototype of bytes and a length of its own:
 * `instanceof` believes it, and the first use of it throws.
 */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && value instanceof Uint8Array;
}

/** Exactly `length` bytes. Node's `Buffer` is a `Uint8Array` and passes. */
export function fixedBytes(length: number) {
  return z.custom<Uint8Array>(
    (value) => isBytes(value) && value.length === length,
    `must be ${length} bytes`,
  );
}

/** From `min` to `max` bytes. */
export function boundedBytes(max: number, min = 1) {
  return z.custom<Uint8Array>(
    (value) => isBytes(value) && value.length >= min && value.length <= max,
    `must be ${min} to ${max} bytes`,
  );
}

/** Room id: 128 random bits. */
export const roomId = fixedBytes(16);
/** Entry id: 128 random bits drawn by the sender; a message's id is the id of its entry. */
export const entryId = fixedBytes(16);
/** X25519 public key (RFC 7748), 32 bytes. */
export const publicKey = fixedBytes(32);

/** Base64url without padding (RFC 4648 §5) of exactly `length` bytes: how ids and public keys read in text. */
export function base64urlText(length: number) {
  const characters = Math.ceil((length * 4) / 3);
  return z
    .string()
    .regex(new RegExp(`^[A-Za-z0-9_-]{${characters}}$`), `must be ${length} bytes as base64url`);
}
