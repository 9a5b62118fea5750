import { hash } from 'node:crypto';
import { toText } from '../text.ts';
import { emojis, type NamedEmoji } from './emoji.ts';
import { hkdf, noSalt } from './hkdf.ts';

/** What two people compare (D6): the same for both, and for every room. */
export interface SafetyNumber {
  /** 60 digits: twelve groups of five with a blank between. */
  readonly number: string;
  /** Eighteen of them, six bits each: for two people who would rather compare pictures. */
  readonly emoji: NamedEmoji[];
  /** What the QR code holds. */
  readonly code: string;
}

const version = Uint8Array.of(0, 1);
const rounds = 5_200;
/**
 * 108 bits of both keys together: who stands between two people needs a key for each side that give both the same pictures,
 * which takes 2⁵⁴ tries of 5,200 hashes each (each half of the digits is of one key alone: 2⁹⁹).
 */
const emojiShown = 18;
const emojiLabel = Buffer.from('otr-chatroom emoji v1');

/** D6, of two identity keys in either order. Takes some 30 ms of CPU for two people whose hashes are not known yet. */
export function safetyNumberOf(one: Uint8Array, other: Uint8Array): SafetyNumber {
  const keys = [one, other].toSorted(Buffer.compare);
  const hashes = keys.map(hashOf);
  return {
    number: hashes.flatMap(digitGroups).join(' '),
    emoji: emojiOf(Buffer.concat(hashes)),
    code: `otr-verify:1:${keys.map(toText).join(':')}`,
  };
}

/**
 * Whether a person gave this number: its digits, with white space anywhere, or the QR code's text and nothing else.
 */
export function isSameNumber(
  expected: { readonly number: string; readonly code: string },
  given: string,
): boolean {
  return given === expected.code || digitsOf(given) === digitsOf(expected.number);
}

function digitsOf(text: string): string {
  return text.replaceAll(/\s/g, '');
}

function digitGroups(keyHash: Buffer): string[] {
  return Array.from({ length: 6 }, (_, group) =>
    String(keyHash.readUIntBE(group * 5, 5) % 100_000).padStart(5, '0'),
  );
}

function emojiOf(hashes: Uint8Array): NamedEmoji[] {
  const bits = BigInt(`0x${Buffer.from(hkdf(hashes, noSalt, emojiLabel)).toString('hex')}`);
  return Array.from({ length: emojiShown }, (_, n) => Number((bits >> BigInt(250 - 6 * n)) & 63n)).flatMap(
    (index) => emojis[index] ?? [],
  );
}

// The rounds make it dear to look for a key whose number is like another's. A hash is public, and wanted again each
// time that a person looks at another.
const known = new Map<string, Buffer>();
const mostKnown = 256;

function hashOf(identityKey: Uint8Array): Buffer {
  const name = toText(identityKey);
  const keyHash = known.get(name) ?? slowHash(identityKey);
  // Set anew, it is the latest: the first is what nobody has looked at for the longest.
  known.delete(name);
  known.set(name, keyHash);
  const [oldest] = known.keys();
  if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
  return keyHash;
}

function slowHash(identityKey: Uint8Array): Buffer {
  let last: Buffer = hash('sha512', Buffer.concat([version, identityKey]), 'buffer');
  for (let round = 0; round < rounds; round += 1) {
    last = hash('sha512', Buffer.concat([last, identityKey]), 'buffer');
  }
  return last;
}
