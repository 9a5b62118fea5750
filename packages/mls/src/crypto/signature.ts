import { randomBytes, sign, verify } from 'node:crypto';
import { plain } from '../codec/bytes.ts';
import {
  ED448,
  ED25519,
  type KeyAlgorithm,
  P256,
  P384,
  P521,
  privateKey,
  publicKey,
  publicOf,
} from './keys.ts';

export interface SignatureKeyPair {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** A signature scheme over raw keys. ECDSA signatures are DER, as RFC 9420 §5.1.2 takes them from TLS. */
export interface SignatureScheme {
  readonly algorithm: KeyAlgorithm;
  generate(): SignatureKeyPair;
  sign(secret: Uint8Array, message: Uint8Array): Uint8Array;
  verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

function scheme(algorithm: KeyAlgorithm, digest: string | null): SignatureScheme {
  return {
    algorithm,
    generate() {
      for (;;) {
        const secret = new Uint8Array(randomBytes(algorithm.privateLength));
        // 521 bits of 528: the seven excess bits would nearly always make the scalar too large.
        if (algorithm === P521) secret[0] = (secret[0] as number) & 1;
        try {
          return { privateKey: secret, publicKey: publicOf(algorithm, secret) };
        } catch {
          // A scalar outside the range of the curve: draw again.
        }
      }
    },
    sign: (secret, message) => plain(sign(digest, message, privateKey(algorithm, secret))),
    verify(key, message, signature) {
      try {
        return verify(digest, message, publicKey(algorithm, key), signature);
      } catch {
        return false;
      }
    },
  };
}

export const ed25519 = scheme(ED25519, null);
export const ed448 = scheme(ED448, null);
export const ecdsaP256 = scheme(P256, 'sha256');
export const ecdsaP384 = scheme(P384, 'sha384');
export const ecdsaP521 = scheme(P521, 'sha512');
