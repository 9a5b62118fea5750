import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { newIdentityBytes } from '../../../src/core/identity/identity.ts';
import type { TagContext } from '../../../src/core/identity/tags.ts';

/** The rules D3 and D4 once more, by another way: X25519 in whole numbers, HKDF in one call, and parts one can leave out. */

const prime = 2n ** 255n - 19n;

/** X25519 as RFC 7748 §5 writes it. It checks nothing: a key of low order gives zero. */
export function x25519(privateBytes: Uint8Array, publicBytes: Uint8Array): Uint8Array {
  const clamped = Uint8Array.from(privateBytes);
  clamped[0] = (clamped[0] ?? 0) & 248;
  clamped[31] = ((clamped[31] ?? 0) & 127) | 64;
  const scalar = littleEndian(clamped);
  const u = (littleEndian(publicBytes) & (2n ** 255n - 1n)) % prime;
  let [x2, z2, x3, z3] = [1n, 0n, u, 1n];
  let swapped = 0n;
  for (let bit = 254n; bit >= 0n; bit -= 1n) {
    const current = (scalar >> bit) & 1n;
    if (swapped !== current) [x2, z2, x3, z3] = [x3, z3, x2, z2];
    swapped = current;
    const [a, b, c, d] = [x2 + z2, x2 - z2, x3 + z3, x3 - z3];
    const [aa, bb, da, cb] = [mod(a * a), mod(b * b), mod(d * a), mod(c * b)];
    const e = aa - bb;
    x3 = mod((da + cb) ** 2n);
    z3 = mod(u * (da - cb) ** 2n);
    x2 = mod(aa * bb);
    z2 = mod(e * (aa + 121_665n * e));
  }
  if (swapped === 1n) [x2, z2] = [x3, z3];
  return bytesOf(mod(x2 * inverse(z2)));
}

export function publicOf(privateBytes: Uint8Array): Uint8Array {
  return x25519(privateBytes, bytesOf(9n));
}

export function bytesOf(number: bigint): Uint8Array {
  return new Uint8Array(Buffer.from(number.toString(16).padStart(64, '0'), 'hex').reverse());
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

function mod(number: bigint): bigint {
  return ((number % prime) + prime) % prime;
}

function inverse(number: bigint): bigint {
  let result = 1n;
  for (let base = mod(number), power = prime - 2n; power > 0n; power >>= 1n) {
    if (power & 1n) result = mod(result * base);
    base = mod(base * base);
  }
  return result;
}

/** Identity and leaf key of one member. */
export interface Leaf {
  readonly identity: Uint8Array;
  readonly ephemeral: Uint8Array;
}

export function newLeaf(): Leaf {
  return { identity: newIdentityBytes(), ephemeral: newIdentityBytes() };
}

/** The exchanges that the tag from A to B is made of, by what A and B call them. */
export type TagTerm = 'DH(a, B)' | 'DH(a, E_B)';
export const tagTerms: readonly TagTerm[] = ['DH(a, B)', 'DH(a, E_B)'];

/** The key of a tag from these results of the exchanges; `names` are A, B and E_B. */
export function tagKeyOfTerms(terms: readonly Uint8Array[], ...names: readonly Uint8Array[]): Uint8Array {
  return derived(terms, new Uint8Array(), 'otr-chatroom tag v1', ...names);
}

/** What B expects from who claims to be A; with fewer terms it is the key of a weaker protocol. */
export function tagKeyFrom(theirIdentityKey: Uint8Array, own: Leaf, terms = tagTerms): Uint8Array {
  const results = {
    'DH(a, B)': x25519(own.identity, theirIdentityKey),
    'DH(a, E_B)': x25519(own.ephemeral, theirIdentityKey),
  };
  return tagKeyOfTerms(
    terms.map((term) => results[term]),
    theirIdentityKey,
    publicOf(own.identity),
    publicOf(own.ephemeral),
  );
}

export type TagPart = keyof TagContext;

/** A tag that says nothing of some parts of its context: how a weaker protocol would make it. */
export function tagOf(key: Uint8Array, context: TagContext, without: readonly TagPart[] = []): Uint8Array {
  const parts: readonly TagPart[] = ['room', 'authenticator', 'from', 'to'];
  const mac = createHmac('sha256', key).update('otr-chatroom tag v1');
  for (const part of parts) if (!without.includes(part)) mac.update(context[part]);
  return new Uint8Array(mac.digest().subarray(0, 16));
}

export function derived(
  terms: readonly Uint8Array[],
  salt: Uint8Array,
  label: string,
  ...names: readonly Uint8Array[]
): Uint8Array {
  const info = Buffer.concat([Buffer.from(label), ...names]);
  return new Uint8Array(hkdfSync('sha256', Buffer.concat(terms), salt, info, 32));
}

export function randomContext(): TagContext {
  const hashed = () => createHash('sha256').update(randomBytes(8)).digest();
  return { room: randomBytes(16), authenticator: hashed(), from: hashed(), to: hashed() };
}
