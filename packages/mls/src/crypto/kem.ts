import { decapsulate, encapsulate, type KeyObject } from 'node:crypto';
import { concat, EMPTY, plain } from '../codec/bytes.ts';
import { fail } from '../errors.ts';
import {
  type KeyAlgorithm,
  P256,
  P384,
  P521,
  privateKey,
  publicKey,
  publicOf,
  X448,
  X25519,
} from './keys.ts';
import { type HashName, hkdfExpand, hkdfExtract } from './primitives.ts';

export interface KemKeyPair {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** A key encapsulation mechanism as HPKE uses it (RFC 9180 §4), over raw keys. Failures throw `kem`. */
export interface Kem {
  readonly id: number;
  readonly privateLength: number;
  readonly publicLength: number;
  encapsulate(key: Uint8Array): { sharedSecret: Uint8Array; output: Uint8Array };
  decapsulate(secret: Uint8Array, output: Uint8Array): Uint8Array;
  deriveKeyPair(inputKey: Uint8Array): KemKeyPair;
  publicOf(secret: Uint8Array): Uint8Array;
}

/** Runs a KEM operation; whatever OpenSSL objects to (wrong point, all-zero secret) is one error. */
export function guarded<T>(operation: () => T): T {
  try {
    return operation();
  } catch {
    return fail('kem');
  }
}

/** Refuses a public key that nothing can be sealed to: of the wrong form, or a point of low order. */
export function checkPublicKey(kem: Kem, key: Uint8Array): void {
  kem.encapsulate(key).sharedSecret.fill(0);
}

const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const VERSION = ascii('HPKE-v1');

/** LabeledExtract of RFC 9180 §4. */
export function labeledExtract(
  name: HashName,
  suiteId: Uint8Array,
  salt: Uint8Array,
  label: string,
  inputKey: Uint8Array,
): Uint8Array {
  return hkdfExtract(name, salt, concat(VERSION, suiteId, ascii(label), inputKey));
}

/** The `info` of LabeledExpand (RFC 9180 §4). */
export function labeledInfo(
  suiteId: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array {
  return concat(Uint8Array.of(length >> 8, length & 0xff), VERSION, suiteId, ascii(label), info);
}

/**
 * DHKEM (RFC 9180 §4.1). OpenSSL has it natively: one call for the ephemeral key, the Diffie-Hellman and the
 * derivation. Only DeriveKeyPair is done here. An all-zero Diffie-Hellman result is refused by OpenSSL.
 */
function dhKem(
  id: number,
  algorithm: KeyAlgorithm,
  name: HashName,
  hashLength: number,
  bitmask?: number,
): Kem {
  const suiteId = concat(ascii('KEM'), Uint8Array.of(id >> 8, id & 0xff));

  const expand = (key: Uint8Array, label: string, info: Uint8Array): Uint8Array =>
    hkdfExpand(
      name,
      hashLength,
      key,
      labeledInfo(suiteId, label, info, algorithm.privateLength),
      algorithm.privateLength,
    );

  const withPublic = (secret: Uint8Array): KemKeyPair => ({
    privateKey: secret,
    publicKey: publicOf(algorithm, secret),
  });

  return {
    id,
    privateLength: algorithm.privateLength,
    publicLength: algorithm.publicLength,
    encapsulate(key) {
      const object = publicKey(algorithm, key);
      const { sharedKey, ciphertext } = guarded(() => encapsulate(object));
      return { sharedSecret: plain(sharedKey), output: plain(ciphertext) };
    },
    decapsulate(secret, output) {
      const object: KeyObject = privateKey(algorithm, secret);
      return plain(guarded(() => decapsulate(object, output)));
    },
    deriveKeyPair(inputKey) {
      const prk = labeledExtract(name, suiteId, EMPTY, 'dkp_prk', inputKey);
      try {
        if (bitmask === undefined) return withPublic(expand(prk, 'sk', EMPTY));
        for (let counter = 0; counter < 256; counter++) {
          const candidate = expand(prk, 'candidate', Uint8Array.of(counter));
          candidate[0] = (candidate[0] as number) & bitmask;
          try {
            return withPublic(candidate);
          } catch {
            candidate.fill(0);
          }
        }
        return fail('kem');
      } finally {
        prk.fill(0);
      }
    },
    publicOf: (secret) => publicOf(algorithm, secret),
  };
}

export const dhKemP256 = dhKem(0x10, P256, 'sha256', 32, 0xff);
export const dhKemP384 = dhKem(0x11, P384, 'sha384', 48, 0xff);
export const dhKemP521 = dhKem(0x12, P521, 'sha512', 64, 0x01);
export const dhKemX25519 = dhKem(0x20, X25519, 'sha256', 32);
export const dhKemX448 = dhKem(0x21, X448, 'sha512', 64);
