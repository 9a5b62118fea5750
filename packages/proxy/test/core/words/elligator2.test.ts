import { expect, test } from 'vitest';
import { mapToCurve } from '../../../src/core/words/elligator2.ts';

/** RFC 9380 J.4.2, curve25519_XMD:SHA-512_ELL2_NU_: u and the u-coordinate of Q, both big-endian. */
const vectors = [
  [
    '608d892b641f0328523802a6603427c26e55e6f27e71a91a478148d45b5093cd',
    '51125222da5e763d97f3c10fcc92ea6860b9ccbbd2eb1285728f566721c1e65b',
  ],
  [
    '46f5b22494bfeaa7f232cc8d054be68561af50230234d7d1d63d1d9abeca8da5',
    '7d56d1e08cb0ccb92baf069c18c49bb5a0dcd927eff8dcf75ca921ef7f3e6eeb',
  ],
  [
    '235fe40c443766ce7e18111c33862d66c3b33267efa50d50f9e8e5d252a40aaa',
    '3fbe66b9c9883d79e8407150e7c2a1c8680bee496c62fabe4619a72b3cabe90f',
  ],
  [
    '001e92a544463bda9bd04ddbe3d6eed248f82de32f522669efc5ddce95f46f5b',
    '227e0bb89de700385d19ec40e857db6e6a3e634b1c32962f370d26f84ff19683',
  ],
] as const;

test.each(vectors)('[D8] Elligator 2 maps %s as RFC 9380 says', (field, point) => {
  expect(hex(mapToCurve(littleEndian(field)))).toBe(hex(littleEndian(point)));
});

test('[D8] the highest bit is ignored, and a field element and its negative are one point', () => {
  const prime = 2n ** 255n - 19n;
  for (const [field, point] of vectors) {
    const number = BigInt(`0x${field}`);
    const withHighBit = littleEndian((number | (1n << 255n)).toString(16));
    const negative = littleEndian((prime - number).toString(16));
    expect(hex(mapToCurve(withHighBit))).toBe(hex(littleEndian(point)));
    expect(hex(mapToCurve(negative))).toBe(hex(littleEndian(point)));
  }
});

test('[D8] the ends of the field are mapped too', () => {
  const zeros = new Uint8Array(32);
  const prime = littleEndian((2n ** 255n - 19n).toString(16)); // not canonical: the same as zero
  expect(mapToCurve(prime)).toEqual(mapToCurve(zeros));
  expect(mapToCurve(new Uint8Array(32).fill(255))).toHaveLength(32);
});

function littleEndian(number: string): Uint8Array {
  return new Uint8Array(Buffer.from(number.padStart(64, '0'), 'hex').reverse());
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
