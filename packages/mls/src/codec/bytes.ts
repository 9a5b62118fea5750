/** Byte strings: compare, join, wipe. */

export const EMPTY: Uint8Array = new Uint8Array(0);

/** A `Buffer` of node:crypto as the plain byte string it is. */
export const plain = (buffer: Uint8Array): Uint8Array =>
  new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);

/** Not constant-time: for public values. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && Buffer.compare(a, b) === 0);
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const result = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** The hexadecimal name of a public value (reference, group id). Never call it with a secret. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

/** A map key of a public value. Never call it with a secret. */
export function mapKey(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

const caches: WeakMap<Uint8Array, object>[] = [];

/** A cache of what is made from secrets, beside their byte strings: {@link erase} empties it as well. */
export function secretCache<T extends object>(): WeakMap<Uint8Array, T> {
  const cache = new WeakMap<Uint8Array, T>();
  caches.push(cache);
  return cache;
}

/** Overwrites secrets. Call it with the `erase` list of a result once the new state is stored. */
export function erase(secrets: Iterable<Uint8Array>): void {
  for (const secret of secrets) {
    secret.fill(0);
    for (const cache of caches) cache.delete(secret);
  }
}
