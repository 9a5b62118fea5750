import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { secretCache } from '../codec/bytes.ts';
import { fail } from '../errors.ts';

/**
 * Raw keys as RFC 9420 puts them on the wire, and their `KeyObject`s. Importing a key costs as much as using it, so
 * the object is cached beside the byte string it came from and disappears with it.
 */
export interface KeyAlgorithm {
  readonly name: 'X25519' | 'X448' | 'Ed25519' | 'Ed448' | 'P-256' | 'P-384' | 'P-521' | 'ML-KEM-768';
  readonly privateLength: number;
  readonly publicLength: number;
  /** What makes a raw public key a SubjectPublicKeyInfo. */
  readonly publicPrefix: Uint8Array;
  /** What makes a raw private key PKCS #8, or SEC 1 where there is a suffix. */
  readonly privatePrefix: Uint8Array;
  readonly privateSuffix: Uint8Array;
}

const der = (hexadecimal: string): Uint8Array => new Uint8Array(Buffer.from(hexadecimal, 'hex'));

const algorithm = (
  name: KeyAlgorithm['name'],
  privateLength: number,
  publicLength: number,
  publicPrefix: string,
  privatePrefix: string,
  privateSuffix = '',
): KeyAlgorithm => ({
  name,
  privateLength,
  publicLength,
  publicPrefix: der(publicPrefix),
  privatePrefix: der(privatePrefix),
  privateSuffix: der(privateSuffix),
});

export const X25519 = algorithm(
  'X25519',
  32,
  32,
  '302a300506032b656e032100',
  '302e020100300506032b656e04220420',
);
export const X448 = algorithm('X448', 56, 56, '3042300506032b656f033900', '3046020100300506032b656f043a0438');
export const ED25519 = algorithm(
  'Ed25519',
  32,
  32,
  '302a300506032b6570032100',
  '302e020100300506032b657004220420',
);
export const ED448 = algorithm(
  'Ed448',
  57,
  57,
  '3043300506032b6571033a00',
  '3047020100300506032b6571043b0439',
);
export const P256 = algorithm(
  'P-256',
  32,
  65,
  '3059301306072a8648ce3d020106082a8648ce3d030107034200',
  '30310201010420',
  'a00a06082a8648ce3d030107',
);
export const P384 = algorithm(
  'P-384',
  48,
  97,
  '3076301006072a8648ce3d020106052b81040022036200',
  '303e0201010430',
  'a00706052b81040022',
);
export const P521 = algorithm(
  'P-521',
  66,
  133,
  '30819b301006072a8648ce3d020106052b8104002303818600',
  '30500201010442',
  'a00706052b81040023',
);
/** The private key is the 64-byte seed of FIPS 203. */
export const ML_KEM_768 = algorithm(
  'ML-KEM-768',
  64,
  1184,
  '308204b2300b0609608648016503040402038204a100',
  '3054020100300b060960864801650304040204428040',
);

const publicObjects = new WeakMap<Uint8Array, KeyObject>();
const privateObjects = secretCache<KeyObject>();

/**
 * For any object that it is given, node:crypto first probes whether it is a `CryptoKey`, by catching an exception. Its
 * stack trace costs four times the import, so none is taken.
 */
function withoutTraces<T>(action: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return action();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

const TYPES = {
  X25519: 'x25519',
  X448: 'x448',
  Ed25519: 'ed25519',
  Ed448: 'ed448',
  'P-256': 'ec',
  'P-384': 'ec',
  'P-521': 'ec',
  'ML-KEM-768': 'ml-kem-768',
} as const satisfies Record<KeyAlgorithm['name'], string>;

const fromRaw = ({ name }: KeyAlgorithm, raw: Uint8Array): KeyObject => {
  const asymmetricKeyType = TYPES[name];
  const curve = asymmetricKeyType === 'ec' ? { namedCurve: name } : {};
  const input = { key: raw, format: 'raw-public', asymmetricKeyType, ...curve };
  return createPublicKey(input as Parameters<typeof createPublicKey>[0]);
};

const fromSpki = ({ publicPrefix }: KeyAlgorithm, raw: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([publicPrefix, raw]), format: 'der', type: 'spki' });

/** Raw import is the faster form; early releases of Node 24 do not have it. */
const decodePublic = ((): typeof fromRaw => {
  const basePoint = new Uint8Array(32);
  basePoint[0] = 9;
  try {
    fromRaw(X25519, basePoint);
    return fromRaw;
  } catch {
    return fromSpki;
  }
})();

function importPublic(algorithm: KeyAlgorithm, raw: Uint8Array): KeyObject {
  const { name, publicLength } = algorithm;
  if (raw.length !== publicLength) fail('keyFormat', name);
  try {
    return withoutTraces(() => decodePublic(algorithm, raw));
  } catch {
    return fail('keyFormat', name);
  }
}

const importPrivate = (wrapped: Buffer, type: 'pkcs8' | 'sec1'): KeyObject =>
  withoutTraces(() => createPrivateKey({ key: wrapped, format: 'der', type }));

/** The key object of a raw public key; cached with the byte string. */
export function publicKey(algorithm: KeyAlgorithm, raw: Uint8Array): KeyObject {
  let key = publicObjects.get(raw);
  if (key === undefined) {
    key = importPublic(algorithm, raw);
    publicObjects.set(raw, key);
  }
  return key;
}

/** The key object of a raw private key; cached with the byte string. */
export function privateKey(algorithm: KeyAlgorithm, raw: Uint8Array): KeyObject {
  let key = privateObjects.get(raw);
  if (key === undefined) {
    const { privatePrefix: prefix, privateSuffix: suffix, privateLength } = algorithm;
    // Some implementations drop leading zeros of a scalar (mls-implementations issue 176).
    const missing = privateLength - raw.length;
    const isScalar = suffix.length > 0;
    if (missing < 0 || (missing > 0 && !isScalar)) fail('keyFormat', algorithm.name);
    const wrapped = Buffer.concat([prefix, new Uint8Array(missing), raw, suffix]);
    try {
      key = importPrivate(wrapped, isScalar ? 'sec1' : 'pkcs8');
    } catch {
      return fail('keyFormat', algorithm.name);
    } finally {
      wrapped.fill(0);
    }
    privateObjects.set(raw, key);
  }
  return key;
}

/** The raw public key that belongs to a raw private key. */
export function publicOf(algorithm: KeyAlgorithm, rawPrivate: Uint8Array): Uint8Array {
  const key = createPublicKey(privateKey(algorithm, rawPrivate) as unknown as string);
  const raw = exportPublic(algorithm, key);
  publicObjects.set(raw, key);
  return raw;
}

/** The raw form of a public key object. */
export function exportPublic(algorithm: KeyAlgorithm, key: KeyObject): Uint8Array {
  if (algorithm.name === 'ML-KEM-768') {
    return new Uint8Array(
      key.export({ format: 'der', type: 'spki' }).subarray(algorithm.publicPrefix.length),
    );
  }
  const { x, y } = key.export({ format: 'jwk' });
  const first = Buffer.from(x ?? '', 'base64url');
  if (y === undefined) return new Uint8Array(first);
  return new Uint8Array(Buffer.concat([Uint8Array.of(4), first, Buffer.from(y, 'base64url')]));
}
