/** A piece of a text, and whether it is one of the words that were looked for. */
export interface Piece {
  text: string;
  found: boolean;
  /** Where it begins, in the snippet. */
  at: number;
}

const before = 40;
const shownCharacters = 220;

function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The part of a text around the first of the words, with the words told apart. Words are matched at their beginnings. */
export function snippet(text: string, words: string): Piece[] {
  const line = text.replace(/\s+/gu, ' ').trim();
  const sought = words.split(/[^\p{L}\p{N}\p{M}]+/u).filter((word) => word !== '');
  if (sought.length === 0)
    return cut(line, 0).length === 0 ? [] : [{ text: cut(line, 0), found: false, at: 0 }];
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${sought.map(escaped).join('|')})[\\p{L}\\p{N}\\p{M}]*`,
    'giu',
  );
  const first = line.search(pattern);
  const shown = cut(line, Math.max(0, first));
  const pieces: Piece[] = [];
  let end = 0;
  for (const { 0: match, index } of shown.matchAll(pattern)) {
    if (index > end) pieces.push({ text: shown.slice(end, index), found: false, at: end });
    pieces.push({ text: match, found: true, at: index });
    end = index + match.length;
  }
  if (end < shown.length) pieces.push({ text: shown.slice(end), found: false, at: end });
  return pieces;
}

/** So many characters around a place, at the borders of words. */
function cut(line: string, place: number): string {
  const from = place <= before ? 0 : line.indexOf(' ', place - before) + 1;
  const start = from > place ? place : from;
  const part = line.slice(start, start + shownCharacters).replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, '');
  return `${start > 0 ? '… ' : ''}${part}${start + shownCharacters < line.length ? ' …' : ''}`;
}
