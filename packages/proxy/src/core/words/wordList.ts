import { randomInt } from 'node:crypto';
import { wordlist } from '@scure/bip39/wordlists/english.js';

/** So many are read out: 33 bits. */
export const wordCount = 3;
/** The list's words differ in their first letters, so many of them. */
const tellingLetters = 4;

const known: ReadonlySet<string> = new Set(wordlist);
const byBeginning: ReadonlyMap<string, string> = new Map(
  wordlist.map((word) => [word.slice(0, tellingLetters), word]),
);

/** Three of the 2,048 words of BIP 39's English list, each as likely as any other. */
export function drawWords(): [string, string, string] {
  return [drawWord(), drawWord(), drawWord()];
}

/**
 * The three words that a person typed, as the list spells them: in any case, with white space, commas or hyphens between
 * them; a word's first four letters are enough. Null where there are not three, or one is not in the list.
 */
export function readWords(text: string): string[] | null {
  const words = split(text).map(find);
  return words.length === wordCount && words.every((word) => word !== null) ? words : null;
}

/** One sentence about why `readWords` gave null. */
export function sayWhatIsWrong(text: string): string {
  const typed = split(text);
  const unknown = typed.find((word) => find(word) === null);
  if (unknown === undefined) return `${wordCount} words are needed, and these are ${typed.length}.`;
  const shown = [...unknown].slice(0, 40).join('');
  return `“${shown}” is none of the words that are read out. Ask how it is spelled.`;
}

/** The words as CPace's password. */
export function passwordOf(words: readonly string[]): Uint8Array {
  return new TextEncoder().encode(words.join(' '));
}

function drawWord(): string {
  const word = wordlist[randomInt(wordlist.length)];
  if (word === undefined) throw new Error('The list of words is not the one it was.');
  return word;
}

function split(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[\s,\p{Pd}]+/u)
    .filter((word) => word !== '');
}

function find(typed: string): string | null {
  if (known.has(typed)) return typed;
  const word = byBeginning.get(typed.slice(0, tellingLetters));
  return typed.length >= tellingLetters && word?.startsWith(typed) ? word : null;
}
