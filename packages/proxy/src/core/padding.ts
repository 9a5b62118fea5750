const step = 256;
const lastStep = 4096;

/**
 * M3: the padded length of `length` bytes: the next multiple of 256 up to 4 KiB, above that Padmé (Nikitin et al.,
 * "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019, algorithm 1): at most 12 %.
 */
export function paddedLength(length: number): number {
  if (length <= lastStep) return Math.max(step, Math.ceil(length / step) * step);
  const exponent = Math.floor(Math.log2(length));
  const mantissaBits = Math.floor(Math.log2(exponent)) + 1;
  const granule = 2 ** (exponent - mantissaBits);
  return Math.ceil(length / granule) * granule;
}

/** 4-byte length ‖ bytes ‖ zeros. */
export function pad(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedLength(4 + bytes.length));
  new DataView(padded.buffer).setUint32(0, bytes.length);
  padded.set(bytes, 4);
  return padded;
}

/** What was padded, or null where the length does not fit the padding. */
export function unpad(padded: Uint8Array): Uint8Array | null {
  if (padded.length < 4) return null;
  const length = new DataView(padded.buffer, padded.byteOffset).getUint32(0);
  if (4 + length > padded.length || paddedLength(4 + length) !== padded.length) return null;
  return padded.subarray(4, 4 + length);
}
