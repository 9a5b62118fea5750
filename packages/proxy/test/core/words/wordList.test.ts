import { wordlist } from '@scure/bip39/wordlists/english.js';
import { expect, test } from 'vitest';
import { drawWords, readWords, sayWhatIsWrong } from '../../../src/core/words/wordList.ts';

const words = ['abandon', 'zoo', 'oyster'];

test('[D8] the list has 2,048 words: three are 33 bits', () => {
  expect(new Set(wordlist).size).toBe(2_048);
});

test.each([
  'abandon zoo oyster',
  '  ABANDON\tZoo\n oyster ',
  'abandon-zoo-oyster',
  'abandon, zoo, oyster',
  'abandon – zoo — oyster',
  'aban zoo oyst',
  'aband, ZOO, oyste',
])('[D8] %j are the three words', (typed) => {
  expect(readWords(typed)).toEqual(words);
});

test('[D8] every word is found by its spelling and by its first four letters', () => {
  for (const word of wordlist) {
    expect(readWords(`${word} ${word.slice(0, 4)} ${word.toUpperCase()}`)).toEqual([word, word, word]);
  }
});

test.each([
  ['', '3 words are needed, and these are 0.'],
  ['abandon zoo', '3 words are needed, and these are 2.'],
  ['abandon zoo oyster zoo', '3 words are needed, and these are 4.'],
  ['abandon zooo oyster', '“zooo” is none of the words that are read out. Ask how it is spelled.'],
  ['abandonn zoo oyster', '“abandonn” is none of the words that are read out. Ask how it is spelled.'],
  ['aba zoo oyster', '“aba” is none of the words that are read out. Ask how it is spelled.'],
  ['abandonzoooyster', '“abandonzoooyster” is none of the words that are read out. Ask how it is spelled.'],
  ['__proto__ zoo oyster', '“__proto__” is none of the words that are read out. Ask how it is spelled.'],
])('[D8] %j are not three words, and it is said why', (typed, sentence) => {
  expect(readWords(typed)).toBeNull();
  expect(sayWhatIsWrong(typed)).toBe(sentence);
});

test('a very long word is cut in the sentence', () => {
  expect(sayWhatIsWrong('x'.repeat(200)).length).toBeLessThan(120);
});

test('[D8] words are drawn from the whole list, and can be read again', () => {
  const drawn = new Set<string>();
  for (let round = 0; round < 8_000; round++) {
    for (const word of drawWords()) drawn.add(word);
  }
  expect(drawn.size).toBeGreaterThan(2_040); // 24,000 draws: each word is missed with a chance of 8 in a million
  const some = drawWords();
  expect(readWords(some.join(' '))).toEqual(some);
});
