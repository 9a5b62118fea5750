import type { Slice } from '@otr/protocol';

const keyBytes = 32;
const headBytes = keyBytes + 2;

/** The slices of one envelope in a column: for each, to 32 ‖ length 2 ‖ ciphertext. Null where there are none. */
export function packSlices(slices: readonly Slice[]): Uint8Array | null {
  if (slices.length === 0) return null;
  const length = slices.reduce((sum, { ciphertext }) => sum + headBytes + ciphertext.length, 0);
  const packed = Buffer.alloc(length);
  let offset = 0;
  for (const { to, ciphertext } of slices) {
    if (to.length !== keyBytes) throw new Error('a slice is addressed by 32 bytes');
    packed.set(to, offset);
    packed.writeUInt16BE(ciphertext.length, offset + keyBytes);
    packed.set(ciphertext, offset + headBytes);
    offset += headBytes + ciphertext.length;
  }
  return packed;
}

/** Views of these bytes. */
export function unpackSlices(packed: Uint8Array | null): Slice[] {
  if (packed === null) return [];
  const lengths = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const slices: Slice[] = [];
  for (let offset = 0; offset < packed.length; ) {
    const begin = offset + headBytes;
    const end = begin + lengths.getUint16(offset + keyBytes);
    slices.push({ to: packed.subarray(offset, offset + keyBytes), ciphertext: packed.subarray(begin, end) });
    offset = end;
  }
  return slices;
}
