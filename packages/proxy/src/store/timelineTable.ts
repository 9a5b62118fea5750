import type { DatabaseSync } from 'node:sqlite';
import type { LocalRequest, LocalResponse, Row } from '@otr/protocol';
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

  /** Null when there is no such message. `limit` rows at most. */
  page(room: number, from: TimelineFrom, limit: number): TimelinePage | null {
    switch (from.at) {
      case 'end':
        return pageOf(this.#before(room, Number.MAX_SAFE_INTEGER, limit), [], limit, 0);
      case 'before':
        return { ...pageOf(this.#before(room, from.order, limit), [], limit, 0), newerLeft: true };
      case 'after':
        return { ...pageOf([], this.#after(room, from.order, limit), 0, limit), olderLeft: true };
      case 'around': {
        const row = this.get(room, from.id);
        if (!row) return null;
        const older = Math.ceil(limit / 2);
        const before = this.#before(room, row.order + 1, older);
        return pageOf(before, this.#after(room, row.order, limit - older), older, limit - older);
      }
    }
  }

  /** Newest first, one more than asked for where there are more. */
  #before(room: number, order: number, limit: number): Row[] {
    return this.#sql.before.all(room, order, limit + 1).map(rowOf);
  }

  #after(room: number, order: number, limit: number): Row[] {
    return this.#sql.after.all(room, order, limit + 1).map(rowOf);
  }
}

function pageOf(before: Row[], after: Row[], olderLimit: number, newerLimit: number): TimelinePage {
  return {
    rows: [...before.slice(0, olderLimit).reverse(), ...after.slice(0, newerLimit)],
    olderLeft: before.length > olderLimit,
    newerLeft: after.length > newerLimit,
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
