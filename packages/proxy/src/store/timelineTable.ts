import type { DatabaseSync } from 'node:sqlite';
import { type LocalRequest, type LocalResponse, limits, type Row } from '@otr/protocol';
import { type Columns, numberIn, textIn } from './columns.ts';

export type TimelineFrom = LocalRequest<'getTimeline'>['from'];
export type TimelinePage = LocalResponse<'getTimeline'>;

/** The rows that a person sees, in order. */
export class TimelineTable {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(database: DatabaseSync) {
    this.#sql = prepare(database);
  }

  /** A row with a known id replaces it, and moves when its order is another. */
  write(room: number, row: Row): void {
    const counted = row.kind === 'message' && !row.own ? 1 : 0;
    this.#sql.write.run(room, row.order, row.id, row.kind, counted, JSON.stringify(row));
  }

  get(room: number, id: string): Row | null {
    const columns = this.#sql.get.get(room, id);
    return columns ? rowOf(columns) : null;
  }

  lastMessage(room: number): Row | null {
    const columns = this.#sql.lastMessage.get(room);
    return columns ? rowOf(columns) : null;
  }

  /** Messages of others above an order. */
  countAfter(room: number, order: number): number {
    const columns = this.#sql.countAfter.get(room, order);
    return columns ? numberIn(columns, 'count') : 0;
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

  /** Newest first. `share` is of the characters that a page may have. */
  #before(room: number, order: number, limit: number, share: number): Part {
    return partOf(this.#sql.before.iterate(room, order, limit + 1), limit, share);
  }

  #after(room: number, order: number, limit: number, share: number): Part {
    return partOf(this.#sql.after.iterate(room, order, limit + 1), limit, share);
  }
}

/** Rows on one side of a place, and whether there are more. */
interface Part {
  readonly rows: Row[];
  readonly isMore: boolean;
}
const noRows: Part = { rows: [], isMore: false };

function partOf(found: Iterable<Columns>, limit: number, share: number): Part {
  const rows: Row[] = [];
  let characters = 0;
  for (const columns of found) {
    if (rows.length === limit || characters > limits.timelinePageCharacters * share)
      return { rows, isMore: true };
    rows.push(rowOf(columns));
    characters += textIn(columns, 'row').length;
  }
  return { rows, isMore: false };
}

function pageOf(before: Part, after: Part): TimelinePage {
  return {
    rows: [...before.rows.toReversed(), ...after.rows],
    olderLeft: before.isMore,
    newerLeft: after.isMore,
  };
}

function rowOf(columns: Columns): Row {
  return JSON.parse(textIn(columns, 'row'));
}

function prepare(database: DatabaseSync) {
  const select = 'SELECT row FROM timeline WHERE room = ?';
  return {
    write: database.prepare(
      `INSERT OR REPLACE INTO timeline (room, position, id, kind, counted, row) VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    get: database.prepare(`${select} AND id = ?`),
    lastMessage: database.prepare(`${select} AND kind = 'message' ORDER BY position DESC LIMIT 1`),
    before: database.prepare(`${select} AND position < ? ORDER BY position DESC LIMIT ?`),
    after: database.prepare(`${select} AND position > ? ORDER BY position LIMIT ?`),
    countAfter: database.prepare(
      'SELECT COUNT(*) AS count FROM timeline WHERE room = ? AND position > ? AND counted = 1',
    ),
  };
}
