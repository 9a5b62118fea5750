/** Where to look: in one room, or in all but some. */
export type SearchRooms = { readonly room: number } | { readonly without: readonly number[] };

/**
 * What a person looks for, as a query of FTS5 (https://sqlite.org/fts5.html#full_text_query_syntax): every word, the last
 * one as the beginning of a word. Each word stands in quotes, so that none is syntax. Null: there is no word in it.
 */
export function searchQuery(text: string, rooms: SearchRooms): string | null {
  const words = text.split(separators).filter((word) => letterOrDigit.test(word));
  if (words.length === 0) return null;
  const quoted = words.map((word) => `"${word.replaceAll('"', '""')}"`);
  const inText = `text : (${quoted.join(' AND ')} *)`;
  if ('room' in rooms) return `${inText} AND room : "${rooms.room}"`;
  return rooms.without.reduce((query, room) => `(${query}) NOT room : "${room}"`, inText);
}

/** A control character is none that a word has; SQLite would read no further than a zero. */
const separators = /[\s\p{Cc}]+/u;
/** What the tokenizer makes words of. */
const letterOrDigit = /[\p{L}\p{N}]/u;
