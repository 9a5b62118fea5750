import { type LocalRequest, type LocalResponse, limits, type Row } from '@otr/protocol';
import { type Columns, numberIn, textIn } from './columns.ts';
import type { HistoryStatements } from './history.ts';
import { searchQuery } from './searchQuery.ts';
import type { Steps } from './steps.ts';

export type TimelineFrom = LocalRequest<'getTimeline'>['from'];
export type TimelinePage = LocalResponse<'getTimeline'>;

/** A message that was found. */
export interface Hit {
  readonly room: number;
  readonly row: Row;
}

export interface Search {
  readonly text: string;
  readonly room?: number;
  readonly limit: number;
}

/** Of a message that another one answers. */
const quotedCharacters = 200;

/**
 * Rows that one step removes of many: each costs tenths of a millisecond, for its words are taken out of every part of
 * the index.
 */
const part = 100;

/** The rows that a person sees, in order; of all rooms of one database. */
export class TimelineTable {
  readonly #sql: ReturnType<typeof prepareStatements>;
  readonly #steps: Steps;

  constructor(history: HistoryStatements, steps: Steps) {
    this.#sql = prepareStatements(history);
    this.#steps = steps;
  }

  /** A row with a known id replaces it, and moves when its order is another. */
  write(room: number, row: Row): void {
    this.#steps.within(() => {
      const there = this.#sql.at.get(room, row.order);
      if (there && textIn(there, 'id') !== row.id) this.#sql.remove(room, textIn(there, 'id'));
      const known = this.#sql.place.get(room, row.id);
      if (known && this.#passes(known, row)) this.#sql.remove(room, row.id);
      const counted = row.kind === 'message' && !row.own ? 1 : 0;
      this.#sql.write(room, row.order, row.id, row.kind, counted, JSON.stringify(withoutQuote(row)));
    });
  }

  get(room: number, id: string): Row | null {
    const columns = this.#sql.get.get(room, id);
    return columns ? this.#rowOf(room, columns) : null;
  }

  lastMessage(room: number): Row | null {
    const columns = this.#sql.lastMessage.get(room);
    return columns ? this.#rowOf(room, columns) : null;
  }

  /** Messages of others above an order. */
  countAfter(room: number, order: number): number {
    const columns = this.#sql.countAfter.get(room, order);
    return columns ? numberIn(columns, 'count') : 0;
  }

  remove(room: number, ids: readonly string[]): void {
    this.#steps.within(() => {
      for (const id of ids) this.#sql.remove(room, id);
    });
  }

  /** Everything of a room that is gone. Of a long one, a part now, and the rest by `tidy`: none of it is shown any more. */
  removeAll(room: number): void {
    this.#steps.within(() => {
      this.#sql.leave(room);
      this.#removePart(room);
    });
  }

  /** Removes a part of what rooms have left that are gone; true when there is more. */
  tidy(): boolean {
    const [room] = this.#leftovers();
    if (room === undefined) return false;
    this.#steps.within(() => this.#removePart(room));
    return this.#leftovers().length > 0;
  }

  /** The messages whose time is over, those first whose time was over first: a part of them, where they are many. */
  due(at: number): { room: number; ids: string[] }[] {
    const found = Map.groupBy(this.#sql.due.all(at, part), (columns) => numberIn(columns, 'room'));
    return [...found].map(([room, rows]) => ({ room, ids: rows.map((columns) => textIn(columns, 'id')) }));
  }

  /** When the next message's time is over; null where none is limited. */
  nextExpiry(): number | null {
    const columns = this.#sql.nextExpiry.get();
    return columns ? numberIn(columns, 'expires_at') : null;
  }

  /** Messages with all of these words, the last one as the beginning of a word; newest first. */
  search({ text, room, limit }: Search): Hit[] {
    const query = searchQuery(text, room === undefined ? { without: this.#leftovers() } : { room });
    if (query === null) return [];
    const found = this.#sql.search.all(query, limit);
    return found.map((columns) => {
      const room = numberIn(columns, 'room');
      return { room, row: this.#rowOf(room, columns) };
    });
  }

  /** Null when there is no such message. `limit` rows at most; fewer where they are long. */
  page(room: number, from: TimelineFrom, limit: number): TimelinePage | null {
    switch (from.at) {
      case 'end':
        return pageOf(this.#before(room, Number.MAX_SAFE_INTEGER, limit, 1), noRows);
      case 'before':
        return pageOf(this.#before(room, from.order, limit, 1), this.#after(room, from.order - 1, 0, 1));
      case 'after':
        return pageOf(this.#before(room, from.order + 1, 0, 1), this.#after(room, from.order, limit, 1));
      case 'around': {
        const row = this.get(room, from.id);
        if (!row) return null;
        const older = Math.ceil(limit / 2);
        const before = this.#before(room, row.order + 1, older, 0.5);
        return pageOf(before, this.#after(room, row.order, limit - older, 0.5));
      }
    }
  }

  /** Whether a row comes to stand behind one that was written after it: it is found as a newer one from then on. */
  #passes(known: Columns, row: Row): boolean {
    if (numberIn(known, 'position') === row.order) return false;
    const newest = this.#sql.newest.get();
    return newest !== undefined && numberIn(newest, 'number') !== numberIn(known, 'number');
  }

  /** All rows of a room as they were written: those that were written first come first. */
  all(room: number): Row[] {
    return this.#sql.all.all(room).map((columns) => JSON.parse(textIn(columns, 'row')));
  }

  #leftovers(): number[] {
    return this.#sql.leftovers.all().map((columns) => numberIn(columns, 'room'));
  }

  #removePart(room: number): void {
    this.#sql.removePart(room, part);
    if (!this.#sql.any.get(room)) this.#sql.forget(room);
  }

  /** Newest first. `share` is of the characters that a page may have. */
  #before(room: number, order: number, limit: number, share: number): Part {
    return this.#partOf(room, this.#sql.before.iterate(room, order, limit + 1), limit, share);
  }

  #partOf(room: number, found: Iterable<Columns>, limit: number, share: number): Part {
    const read: Columns[] = [];
    let characters = 0;
    let isMore = false;
    for (const columns of found) {
      isMore = read.length === limit || characters > limits.timelinePageCharacters * share;
      if (isMore) break;
      read.push(columns);
      characters += textIn(columns, 'row').length;
    }
    return { rows: read.map((columns) => this.#rowOf(room, columns)), isMore };
  }

  /** With what it quotes as that reads now: of a message that is deleted, nothing is left in its answers. */
  #rowOf(room: number, columns: Columns): Row {
    const row: Row = JSON.parse(textIn(columns, 'row'));
    if (row.kind !== 'message' || !row.replyTo) return row;
    const quoted = this.#sql.get.get(room, row.replyTo.id);
    const target: Row | null = quoted ? JSON.parse(textIn(quoted, 'row')) : null;
    if (target?.kind !== 'message') return row;
    const { name, text } = target;
    return { ...row, replyTo: { id: row.replyTo.id, name, text: text.slice(0, quotedCharacters) } };
  }

  #after(room: number, order: number, limit: number, share: number): Part {
    return this.#partOf(room, this.#sql.after.iterate(room, order, limit + 1), limit, share);
  }
}

/** Rows on one side of a place, and whether there are more. */
interface Part {
  readonly rows: Row[];
  readonly isMore: boolean;
}
const noRows: Part = { rows: [], isMore: false };

function pageOf(before: Part, after: Part): TimelinePage {
  return {
    rows: [...before.rows.toReversed(), ...after.rows],
    olderLeft: before.isMore,
    newerLeft: after.isMore,
  };
}

function withoutQuote(row: Row): Row {
  if (row.kind !== 'message' || !row.replyTo) return row;
  return { ...row, replyTo: { id: row.replyTo.id, name: '', text: '' } };
}

function prepareStatements(history: HistoryStatements) {
  const select = 'SELECT row FROM timeline WHERE room = ?';
  const ofARoom = 'room NOT IN (SELECT room FROM leftovers)';
  return {
    write: history.write(
      'timeline.write',
      `INSERT INTO timeline (room, position, id, kind, counted, row) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (room, id) DO UPDATE
       SET position = excluded.position, kind = excluded.kind, counted = excluded.counted, row = excluded.row`,
    ),
    remove: history.write('timeline.remove', 'DELETE FROM timeline WHERE room = ? AND id = ?'),
    at: history.read('SELECT id FROM timeline WHERE room = ? AND position = ?'),
    place: history.read('SELECT number, position FROM timeline WHERE room = ? AND id = ?'),
    newest: history.read('SELECT number FROM timeline ORDER BY number DESC LIMIT 1'),
    all: history.read(`${select} ORDER BY number`),
    get: history.read(`${select} AND id = ?`),
    lastMessage: history.read(`${select} AND kind = 'message' ORDER BY position DESC LIMIT 1`),
    before: history.read(`${select} AND position < ? ORDER BY position DESC LIMIT ?`),
    after: history.read(`${select} AND position > ? ORDER BY position LIMIT ?`),
    countAfter: history.read(
      'SELECT COUNT(*) AS count FROM timeline WHERE room = ? AND position > ? AND counted = 1',
    ),
    due: history.read(
      `SELECT room, id FROM timeline WHERE expires_at <= ? AND ${ofARoom} ORDER BY expires_at LIMIT ?`,
    ),
    nextExpiry: history.read(
      `SELECT expires_at FROM timeline WHERE expires_at IS NOT NULL AND ${ofARoom} ORDER BY expires_at LIMIT 1`,
    ),
    leftovers: history.read('SELECT room FROM leftovers'),
    leave: history.write('leftovers.add', 'INSERT OR IGNORE INTO leftovers (room) VALUES (?)'),
    forget: history.write('leftovers.remove', 'DELETE FROM leftovers WHERE room = ?'),
    any: history.read('SELECT 1 FROM timeline WHERE room = ? LIMIT 1'),
    removePart: history.write(
      'timeline.removePart',
      `DELETE FROM timeline
       WHERE number IN (SELECT number FROM timeline WHERE room = ? ORDER BY position LIMIT ?)`,
    ),
    // The index gives the highest numbers first and stops at the limit; only those rows are read.
    search: history.read(
      `SELECT timeline.room, timeline.row
       FROM (SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?) AS found
       JOIN timeline ON timeline.number = found.rowid ORDER BY timeline.number DESC`,
    ),
  };
}
