import {
  createHash,
  decapsulate,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  hash,
  type KeyObject,
} from 'node:crypto';
import { concat, secretCache } from '../codec/bytes.ts';
import { check } from '../errors.ts';
import { guarded, type Kem } from './kem.ts';
import { exportPublic, ML_KEM_768, privateKey, publicKey, publicOf, X25519 } from './keys.ts';

/**
 * X-Wing: X25519 and ML-KEM-768 in one KEM, secure while either of them is (draft-connolly-cfrg-xwing-kem). The
 * private key is a 32-byte seed; the public key is ML-KEM's (1,184 bytes) followed by X25519's (32 bytes).
 */
const ML_KEM_PUBLIC = 1184;
const ML_KEM_CIPHERTEXT = 1088;
const LABEL = new Uint8Array(Buffer.from('\\.//^\\', 'latin1'));

interface PrivateHalves {
  readonly mlKem: KeyObject;
  readonly x25519: KeyObject;
  readonly publicKey: Uint8Array;
}
interface PublicHalves {
  readonly mlKem: KeyObject;
  readonly x25519: KeyObject;
}

const privateHalves = secretCache<PrivateHalves>();
const publicHalves = new WeakMap<Uint8Array, PublicHalves>();

const shake256 = (bytes: Uint8Array, outputLength: number): Uint8Array =>
  new Uint8Array(createHash('shake256', { outputLength }).update(bytes).digest());

function expandPrivate(seed: Uint8Array): PrivateHalves {
  let halves = privateHalves.get(seed);
  if (halves === undefined) {
    check(seed.length === 32, 'keyFormat', 'X-Wing');
    const expanded = shake256(seed, 96);
    const mlKemSeed = expanded.slice(0, 64);
    const x25519Secret = expanded.slice(64);
    const mlKemPublic = publicOf(ML_KEM_768, mlKemSeed);
    halves = {
      mlKem: privateKey(ML_KEM_768, mlKemSeed),
      x25519: privateKey(X25519, x25519Secret),
      publicKey: concat(mlKemPublic, publicOf(X25519, x25519Secret)),
    };
    for (const secret of [expanded, mlKemSeed, x25519Secret]) secret.fill(0);
    privateHalves.set(seed, halves);
  }
  return halves;
}

function splitPublic(key: Uint8Array): PublicHalves {
  let halves = publicHalves.get(key);
  if (halves === undefined) {
    check(key.length === ML_KEM_PUBLIC + 32, 'keyFormat', 'X-Wing');
    halves = {
      mlKem: publicKey(ML_KEM_768, key.subarray(0, ML_KEM_PUBLIC)),
      x25519: publicKey(X25519, key.subarray(ML_KEM_PUBLIC)),
    };
    publicHalves.set(key, halves);
  }
  return halves;
}

/** The combiner: SHA3-256(ss_M ‖ ss_X ‖ ct_X ‖ pk_X ‖ label). */
function combine(
  mlKem: Uint8Array,
  x25519: Uint8Array,
  ephemeral: Uint8Array,
  recipient: Uint8Array,
): Uint8Array {
  const input = concat(mlKem, x25519, ephemeral, recipient, LABEL);
  const secret = hash('sha3-256', input, 'buffer');
  for (const bytes of [input, mlKem, x25519]) bytes.fill(0);
  return secret;
}

export const xWing: Kem = {
  id: 0x647a,
  privateLength: 32,
  publicLength: ML_KEM_PUBLIC + 32,
  encapsulate(key) {
    const halves = splitPublic(key);
    return guarded(() => {
      const { sharedKey, ciphertext } = encapsulate(halves.mlKem);
      const ephemeral = generateKeyPairSync('x25519');
      const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: halves.x25519 });
      const ephemeralPublic = exportPublic(X25519, ephemeral.publicKey);
      return {
        sharedSecret: combine(sharedKey, shared, ephemeralPublic, key.subarray(ML_KEM_PUBLIC)),
        output: concat(ciphertext, ephemeralPublic),
      };
    });
  },
  decapsulate(seed, output) {
    const halves = expandPrivate(seed);
    return guarded(() => {
      const ephemeral = output.subarray(ML_KEM_CIPHERTEXT);
      const mlKem = decapsulate(halves.mlKem, output.subarray(0, ML_KEM_CIPHERTEXT));
      const x25519 = diffieHellman({
        privateKey: halves.x25519,
        publicKey: publicKey(X25519, ephemeral),
      });
      return combine(mlKem, x25519, ephemeral, halves.publicKey.subarray(ML_KEM_PUBLIC));
    });
  },
  deriveKeyPair(inputKey) {
    const seed = shake256(inputKey, 32);
    return { privateKey: seed, publicKey: expandPrivate(seed).publicKey };
  },
  publicOf: (seed) => expandPrivate(seed).publicKey,
};
