import { check } from '../errors.ts';

/** Largest length a vector can have (RFC 9420 §2.1.2). */
const MAX_VECTOR = 0x3fffffff;

/** Octets that a vector of this length has in front of it. */
export const lengthOctets = (length: number): number => (length < 0x40 ? 1 : length < 0x4000 ? 2 : 4);

/** Writes the TLS presentation language of RFC 9420 §2.1 into a growing byte string. */
export class Writer {
  #bytes: Uint8Array;
  #pos = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  #reserve(count: number): number {
    const at = this.#pos;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes.fill(0, 0, at);
      this.#bytes = grown;
    }
    this.#pos = needed;
    return at;
  }

  /** Octets written so far. */
  get size(): number {
    return this.#pos;
  }

  u8(value: number): this {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
    return this;
  }

  u16(value: number): this {
    const at = this.#reserve(2);
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
    return this;
  }

  u32(value: number): this {
    const at = this.#reserve(4);
    this.#bytes[at] = value >>> 24;
    this.#bytes[at + 1] = value >>> 16;
    this.#bytes[at + 2] = value >>> 8;
    this.#bytes[at + 3] = value;
    return this;
  }

  u64(value: bigint): this {
    check(value >= 0n && value <= 0xffffffffffffffffn, 'numberRange');
    return this.u32(Number(value >> 32n)).u32(Number(value & 0xffffffffn));
  }

  length(value: number): this {
    check(value <= MAX_VECTOR, 'vectorLength');
    if (value < 0x40) return this.u8(value);
    if (value < 0x4000) return this.u16(value | 0x4000);
    return this.u32(value + 0x80000000);
  }

  raw(bytes: Uint8Array): this {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  zeros(count: number): this {
    const at = this.#reserve(count);
    this.#bytes.fill(0, at, at + count);
    return this;
  }

  opaque(bytes: Uint8Array): this {
    return this.length(bytes.length).raw(bytes);
  }

  /** A vector whose content `write` produces: the content is moved once its length is known. */
  vector(write: (w: Writer) => void): this {
    const start = this.#pos;
    write(this);
    const size = this.#pos - start;
    const header = lengthOctets(size);
    this.#reserve(header);
    this.#bytes.copyWithin(start + header, start, start + size);
    this.#pos = start;
    this.length(size);
    this.#pos = start + header + size;
    return this;
  }

  list<T>(items: Iterable<T>, write: (w: Writer, item: T) => void): this {
    return this.vector((w) => {
      for (const item of items) write(w, item);
    });
  }

  optional<T>(value: T | undefined, write: (w: Writer, value: T) => void): this {
    if (value === undefined) return this.u8(0);
    this.u8(1);
    write(this, value);
    return this;
  }

  /** The bytes written, as a byte string of their own; what was buffered is zeroed. */
  finish(): Uint8Array {
    if (this.#pos === this.#bytes.length) return this.#bytes;
    const result = this.#bytes.slice(0, this.#pos);
    this.#bytes.fill(0, 0, this.#pos);
    return result;
  }
}

/** Encodes one structure. */
export function encode<T>(value: T, write: (w: Writer, value: T) => void, capacity?: number): Uint8Array {
  const writer = new Writer(capacity);
  write(writer, value);
  return writer.finish();
}

export const writeU16 = (w: Writer, value: number): void => {
  w.u16(value);
};
export const writeU32 = (w: Writer, value: number): void => {
  w.u32(value);
};
