/**
 * The same bytes as a `Buffer`, not copied. Whatever goes to the wire must be one: of any other view the msgpack
 * encoder writes the whole memory behind it.
 */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A room id or a public key as the key of a `Map`: a character for each byte. */
export function mapKey(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('latin1');
}

export function fromMapKey(key: string): Buffer {
  return Buffer.from(key, 'latin1');
}
