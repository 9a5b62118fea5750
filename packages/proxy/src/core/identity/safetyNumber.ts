import { hash } from 'node:crypto';
import { toText } from '../text.ts';
import { emojis, type NamedEmoji } from './emoji.ts';
import { hkdf, noSalt } from './hkdf.ts';

/** What two people compare (D6): the same for both, and for every room. */
export interface SafetyNumber {
  /** 60 digits: twelve groups of five with a blank between. */
  readonly number: string;
  /** Twelve of them: a first look, and much weaker than the digits (see `isSameNumber`). */
  readonly emoji: NamedEmoji[];
  /** What the QR code holds. */
  readonly code: string;
}

const version = Uint8Array.of(0, 1);
const rounds = 5_200;
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
 * Whether a person gave this number: its digits, with white space anywhere, or the QR code's text and nothing else. Not the
 * emoji: who stands between two people finds a key for each side that give both the same row in 2³⁶ tries (72 bits of both
 * keys together), where each half of the digits is of one key alone and takes 2⁹⁹.
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
  const row = Buffer.from(hkdf(hashes, noSalt, emojiLabel));
  return [0, 3, 6].flatMap((at) => {
    const bits = row.readUIntBE(at, 3);
    return [18, 12, 6, 0].flatMap((shift) => emojis[(bits >> shift) & 63] ?? []);
  });
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
