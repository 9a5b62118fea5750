import { expect, it } from 'vitest';
import { snippet } from '../src/dialogs/snippet.ts';

const shown = (text: string, words: string) =>
  snippet(text, words)
    .map(({ text: part, found }) => (found ? `[${part}]` : part))
    .join('');

it('marks words and beginnings of words, whatever their case', () => {
  expect(shown('The ferry leaves from the Fern pier', 'fer')).toBe('The [ferry] leaves from the [Fern] pier');
  expect(shown('Über Straße', 'über')).toBe('[Über] Straße');
});

it('does not mark what only ends like a word that was looked for', () => {
  expect(shown('transfer', 'fer')).toBe('transfer');
});

it('shows the part of a long text where the word is, on one line', () => {
  const text = `${'lorem '.repeat(100)}\n\nneedle ${'ipsum '.repeat(100)}`;
  const cut = shown(text, 'needle');
  expect(cut).toMatch(/^… (?:lorem )+\[needle\] (?:ipsum ?)+/);
  expect(cut).toMatch(/ …$/);
  expect(cut.length).toBeLessThan(260);
});

it('takes signs of a search for text, not for a pattern', () => {
  expect(shown('a.b (c) costs 5 €', '(c')).toBe('a.b ([c]) [costs] 5 €');
  expect(shown('nothing', '.*')).toBe('nothing');
});

it('splits no character in two', () => {
  const text = `${'🦦'.repeat(300)} otter`;
  for (const { text: part } of snippet(text, 'otter')) expect(part.isWellFormed()).toBe(true);
});
