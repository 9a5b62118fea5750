import { fail } from '../errors.ts';
import { dhKemP256, dhKemP384, dhKemP521, dhKemX448, dhKemX25519, type Kem } from './kem.ts';
import { AES_128_GCM, AES_256_GCM, type Aead, CHACHA20_POLY1305, type HashName } from './primitives.ts';
import { ecdsaP256, ecdsaP384, ecdsaP521, ed448, ed25519, type SignatureScheme } from './signature.ts';
import { xWing } from './xwing.ts';

/** A cipher suite (RFC 9420 §5.1): a value that every operation takes its primitives from. */
export interface Suite {
  readonly id: number;
  readonly name: string;
  readonly hash: HashName;
  /** Octets of a hash and of every secret of the key schedule (`KDF.Nh`). */
  readonly hashLength: number;
  readonly kdfId: number;
  readonly kem: Kem;
  readonly aead: Aead;
  readonly signature: SignatureScheme;
}

const KDFS = { sha256: [1, 32], sha384: [2, 48], sha512: [3, 64] } as const;

function suite(
  id: number,
  name: string,
  hash: HashName,
  kem: Kem,
  aead: Aead,
  signature: SignatureScheme,
): Suite {
  const [kdfId, hashLength] = KDFS[hash];
  return Object.freeze({ id, name, hash, hashLength, kdfId, kem, aead, signature });
}

/** The seven suites of RFC 9420 §17.1, and the post-quantum one under the private number that ts-mls uses. */
export const suites: readonly Suite[] = [
  suite(1, 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519', 'sha256', dhKemX25519, AES_128_GCM, ed25519),
  suite(2, 'MLS_128_DHKEMP256_AES128GCM_SHA256_P256', 'sha256', dhKemP256, AES_128_GCM, ecdsaP256),
  suite(
    3,
    'MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519',
    'sha256',
    dhKemX25519,
    CHACHA20_POLY1305,
    ed25519,
  ),
  suite(4, 'MLS_256_DHKEMX448_AES256GCM_SHA512_Ed448', 'sha512', dhKemX448, AES_256_GCM, ed448),
  suite(5, 'MLS_256_DHKEMP521_AES256GCM_SHA512_P521', 'sha512', dhKemP521, AES_256_GCM, ecdsaP521),
  suite(6, 'MLS_256_DHKEMX448_CHACHA20POLY1305_SHA512_Ed448', 'sha512', dhKemX448, CHACHA20_POLY1305, ed448),
  suite(7, 'MLS_256_DHKEMP384_AES256GCM_SHA384_P384', 'sha384', dhKemP384, AES_256_GCM, ecdsaP384),
  suite(0xf00d, 'MLS_256_XWING_AES256GCM_SHA512_Ed25519', 'sha512', xWing, AES_256_GCM, ed25519),
];

/** The suite of a number. Throws `unknownSuite`. */
export function suiteOf(id: number): Suite {
  return suites.find((s) => s.id === id) ?? fail('unknownSuite', String(id));
}
