import { check, fail } from '../errors.ts';

/**
 * Reads the TLS presentation language of RFC 9420 §2.1 from a byte string. Lengths are checked against what is left
 * before anything is allocated, so a hostile length costs nothing. Byte strings are views of the input, not copies.
 */
export class Reader {
  readonly bytes: Uint8Array;
  pos: number;
  readonly end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.pos = start;
    this.end = end;
  }

  #take(count: number): number {
    const at = this.pos;
    if (count > this.end - at) fail('truncated');
    this.pos = at + count;
    return at;
  }

  /** True when nothing is left. */
  get done(): boolean {
    return this.pos === this.end;
  }

  u8(): number {
    return this.bytes[this.#take(1)] as number;
  }

  u16(): number {
    const at = this.#take(2);
    return ((this.bytes[at] as number) << 8) | (this.bytes[at + 1] as number);
  }

  u32(): number {
    const at = this.#take(4);
    const b = this.bytes;
    const low = ((b[at + 1] as number) << 16) | ((b[at + 2] as number) << 8) | (b[at + 3] as number);
    return (b[at] as number) * 0x1000000 + low;
  }

  u64(): bigint {
    const high = this.u32();
    return (BigInt(high) << 32n) | BigInt(this.u32());
  }

  /** The length of a vector (§2.1.2): 1, 2 or 4 octets, minimal. */
  length(): number {
    const first = this.u8();
    const prefix = first >> 6;
    if (prefix === 0) return first;
    if (prefix === 1) {
      const value = ((first & 0x3f) << 8) | this.u8();
      check(value >= 0x40, 'vectorLength');
      return value;
    }
    check(prefix === 2, 'vectorLength');
    const value = (first & 0x3f) * 0x1000000 + ((this.u8() << 16) | this.u16());
    check(value >= 0x4000, 'vectorLength');
    return value;
  }

  /** A fixed number of octets. */
  raw(count: number): Uint8Array {
    const at = this.#take(count);
    return this.bytes.subarray(at, at + count);
  }

  /** `opaque x<V>` */
  opaque(): Uint8Array {
    return this.raw(this.length());
  }

  /** `T x<V>`: reads items until the vector is used up. `maximum` octets, where a longer one makes no sense. */
  list<T>(read: (r: Reader) => T, maximum = Number.POSITIVE_INFINITY): T[] {
    const length = this.length();
    check(length <= maximum, 'tooLarge', 'vector');
    const start = this.#take(length);
    const inner = new Reader(this.bytes, start, start + length);
    const items: T[] = [];
    while (!inner.done) items.push(read(inner));
    return items;
  }

  /** `optional<T> x` */
  optional<T>(read: (r: Reader) => T): T | undefined {
    const presence = this.u8();
    if (presence === 0) return undefined;
    check(presence === 1, 'optionalPresence');
    return read(this);
  }

  /** The bytes between a former position and here. */
  since(start: number): Uint8Array {
    return this.bytes.subarray(start, this.pos);
  }
}

/** Reads one structure that must fill `bytes` exactly. */
export function decode<T>(bytes: Uint8Array, read: (r: Reader) => T): T {
  const reader = new Reader(bytes);
  const value = read(reader);
  check(reader.done, 'trailingBytes');
  return value;
}

export const readU16 = (r: Reader): number => r.u16();
export const readU32 = (r: Reader): number => r.u32();
