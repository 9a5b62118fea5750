const step = 256;
const lastStep = 4096;
const lengthBytes = 4;

/**
 * M3: the smallest length of the list that holds `length` bytes: the next multiple of 256 up to 4 KiB, above that Padmé
 * (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019, algorithm 1): at
 * most 12 % more.
 */
export function paddedLength(length: number): number {
  if (length <= lastStep) return Math.max(step, Math.ceil(length / step) * step);
  const exponent = Math.floor(Math.log2(length));
  const mantissaBits = Math.floor(Math.log2(exponent)) + 1;
  const granule = 2 ** (exponent - mantissaBits);
  return Math.ceil(length / granule) * granule;
}

/**
 * The length to which a plaintext of `length` bytes is padded so that, with what sealing adds to it, it has the smallest
 * length of the list. `overheadOf` may grow with the plaintext, by less than the list's steps.
 */
export function paddedUnder(length: number, overheadOf: (plaintextLength: number) => number): number {
  const sealed = paddedLength(length + overheadOf(length));
  const longest = sealed - overheadOf(length);
  return sealed - overheadOf(longest);
}

/** 4-byte length ‖ bytes ‖ zeros: together with the `overhead` of sealing a length of the list. */
export function pad(bytes: Uint8Array, overhead = 0): Uint8Array {
  const padded = new Uint8Array(paddedFor(bytes.length, overhead));
  new DataView(padded.buffer).setUint32(0, bytes.length);
  padded.set(bytes, lengthBytes);
  return padded;
}

/** What was padded, or null where the padding is not exactly what `pad` makes. */
export function unpad(padded: Uint8Array, overhead = 0): Uint8Array | null {
  if (padded.length < lengthBytes) return null;
  const length = new DataView(padded.buffer, padded.byteOffset).getUint32(0);
  if (paddedFor(length, overhead) !== padded.length) return null;
  const end = lengthBytes + length;
  return padded.subarray(end).every((byte) => byte === 0) ? padded.subarray(lengthBytes, end) : null;
}

function paddedFor(length: number, overhead: number): number {
  return paddedLength(lengthBytes + length + overhead) - overhead;
}
