import { createHash, diffieHellman } from 'node:crypto';
import { privateKeyFrom, publicKeyFrom } from '../keyPair.ts';
import { mapToCurve } from './elligator2.ts';

// CPace, a balanced PAKE: draft-irtf-cfrg-cpace-21, cipher suite CPACE-X25519-SHA512. One who does not know the password
// can try one guess for each exchange it takes part in, and none afterwards.

const name = Buffer.from('CPace255');
/** SHA-512 takes its input in blocks of so many bytes. */
const hashBlock = 128;
const pointLength = 32;

/** What both ends agree on before (§4.1). */
export interface Setting {
  /** The draft's PRS. */
  readonly password: Uint8Array;
  /** Where, and between whom: the draft's CI. */
  readonly channel: Uint8Array;
  /** Unique for each exchange: the draft's sid. */
  readonly session: Uint8Array;
}

/** What one end sends: its public share (Y, 32 bytes), and public data that both will have seen (AD). */
export interface Message {
  readonly share: Uint8Array;
  readonly data: Uint8Array;
}

/** The generator that the password stands for, 32 bytes (§8.2). Whoever sees it can try passwords: wipe it after use. */
export function calculateGenerator(setting: Setting): Uint8Array {
  const text = generatorString(setting);
  const hash = createHash('sha512').update(text).digest();
  const generator = mapToCurve(hash.subarray(0, pointLength));
  text.fill(0);
  hash.fill(0);
  return generator;
}

/** The public share of a secret scalar, 32 random bytes that are used for one exchange (§7.2). */
export function shareOf(scalar: Uint8Array, generator: Uint8Array): Uint8Array {
  const share = multiply(scalar, generator);
  if (!share) throw new Error('A generator was of low order.'); // Elligator 2 gives none.
  return share;
}

/** ISK, 64 bytes, for the end that has drawn the scalar (§7.2); null where the other's share is of low order. */
export function sessionKey(
  session: Uint8Array,
  scalar: Uint8Array,
  otherShare: Uint8Array,
  transcript: Uint8Array,
): Uint8Array | null {
  const point = multiply(scalar, otherShare);
  if (!point) return null;
  const lengthsAndValues = joinWithLengths(Buffer.concat([name, Buffer.from('_ISK')]), session, point);
  const key = createHash('sha512').update(lengthsAndValues).update(transcript).digest();
  point.fill(0);
  lengthsAndValues.fill(0);
  return key;
}

/** Both messages, that of who started first: transcript_ir of §6.3. */
export function transcriptOf(first: Message, second: Message): Uint8Array {
  return joinWithLengths(first.share, first.data, second.share, second.data);
}

/** What is hashed to the generator (§8.1): zeros fill the first block, so that it says nothing of this exchange. */
export function generatorString({ password, channel, session }: Setting): Uint8Array {
  const used = 1 + joinWithLengths(name).length + joinWithLengths(password).length;
  const zeros = new Uint8Array(Math.max(0, hashBlock - used));
  return joinWithLengths(name, password, zeros, channel, session);
}

/** lv_cat of §6.3: each string behind its length in LEB128. */
export function joinWithLengths(...strings: readonly Uint8Array[]): Uint8Array {
  const parts = strings.flatMap((bytes) => [lengthOf(bytes), bytes]);
  // Written once, into memory of its own: nothing is left of it elsewhere when the caller wipes it.
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function lengthOf(bytes: Uint8Array): Uint8Array {
  const digits: number[] = [];
  let left = bytes.length;
  for (; left > 0x7f; left >>>= 7) digits.push((left & 0x7f) | 0x80);
  return Uint8Array.of(...digits, left);
}

/** X25519 (RFC 7748 §5), whose base may be any u; null where it gives the neutral element (§8.2). */
export function multiply(scalar: Uint8Array, u: Uint8Array): Uint8Array | null {
  const privateKey = privateKeyFrom('x25519', scalar);
  const publicKey = publicKeyFrom('x25519', u);
  try {
    return diffieHellman({ privateKey, publicKey });
  } catch {
    return null; // OpenSSL refuses a result of zeros only (RFC 7748 §6.1), and says so with an exception.
  }
}
