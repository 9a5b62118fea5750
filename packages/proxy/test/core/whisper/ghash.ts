/** GHASH of AES-GCM (NIST SP 800-38D §6.4), to forge with: field elements as 128 bits, the first bit the highest. */

const reduction = 0xe1n << 120n;

export function multiply(left: bigint, right: bigint): bigint {
  let product = 0n;
  let factor = right;
  for (let bit = 127n; bit >= 0n; bit--) {
    if ((left >> bit) & 1n) product ^= factor;
    factor = factor & 1n ? (factor >> 1n) ^ reduction : factor >> 1n;
  }
  return product;
}

export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n << 127n;
  for (let square = base, left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}

/** By Fermat: the field has 2^128 elements. */
export function inverse(element: bigint): bigint {
  return power(element, (1n << 128n) - 2n);
}

export function ghash(subkey: bigint, blocks: readonly bigint[]): bigint {
  return blocks.reduce((sum, block) => multiply(sum ^ block, subkey), 0n);
}

export function blockOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex').padEnd(32, '0')}`);
}

export function bytesOf(block: bigint): Uint8Array {
  return Buffer.from(block.toString(16).padStart(32, '0'), 'hex');
}

/** What GHASH runs over: both padded to blocks, then their lengths in bits. */
export function blocksOf(additional: Uint8Array, ciphertext: Uint8Array): bigint[] {
  const lengths = (BigInt(additional.length * 8) << 64n) | BigInt(ciphertext.length * 8);
  const split = (bytes: Uint8Array) =>
    Array.from({ length: Math.ceil(bytes.length / 16) }, (_, n) =>
      blockOf(bytes.subarray(16 * n, 16 * n + 16)),
    );
  return [...split(additional), ...split(ciphertext), lengths];
}
