import type { Content } from '@otr/protocol';
import { bytesIn, type Columns, numberIn, orNull, textIn } from './columns.ts';
import type { Ratchet } from './ratchet.ts';
import type { Steps } from './steps.ts';

/** An own envelope that the log does not yet hold, in the order of `number`. */
export interface StoredItem {
  readonly number: number;
  readonly id: string;
  readonly content: Content;
  readonly at: number;
  /** Ours in this room (M5); null before it is first sealed. */
  readonly counter: number | null;
  /** It was sealed in; null while it is not sealed. */
  readonly epoch: number | null;
  /** Who was a member when it was sealed. */
  readonly recipients: string[] | null;
}

export interface Sealed {
  readonly epoch: number;
  readonly counter: number;
  readonly recipients: readonly string[];
  readonly body: Uint8Array;
}

export class OutboxTable {
  readonly #sql: ReturnType<typeof prepareStatements>;
  readonly #steps: Steps;

  constructor(ratchet: Ratchet, steps: Steps) {
    this.#sql = prepareStatements(ratchet);
    this.#steps = steps;
  }

  of(room: number): StoredItem[] {
    return this.#sql.of.all(room).map(itemOf);
  }

  get(room: number, id: string): StoredItem | null {
    const columns = this.#sql.get.get(room, id);
    return columns ? itemOf(columns) : null;
  }

  /** Returns the item's number. */
  add(room: number, id: string, content: Content, at: number): number {
    const text = JSON.stringify(content);
    return this.#steps.within(() => Number(this.#sql.add.run(room, id, text, at).lastInsertRowid));
  }

  seal(room: number, id: string, { epoch, counter, recipients, body }: Sealed): void {
    const members = JSON.stringify(recipients);
    this.#steps.within(() => this.#sql.seal.run(epoch, counter, members, body, room, id));
  }

  /** The sealed body as it is to be sent; null for an item that is not sealed. */
  body(room: number, id: string): Uint8Array | null {
    const columns = this.#sql.body.get(room, id);
    return columns ? orNull(bytesIn, columns, 'body') : null;
  }

  remove(room: number, id: string): void {
    this.#steps.within(() => this.#sql.remove.run(room, id));
  }

  removeAll(room: number): void {
    this.#steps.within(() => this.#sql.removeAll.run(room));
  }
}

function itemOf(columns: Columns): StoredItem {
  const recipients = orNull(textIn, columns, 'recipients');
  return {
    number: numberIn(columns, 'number'),
    id: textIn(columns, 'id'),
    content: JSON.parse(textIn(columns, 'content')),
    at: numberIn(columns, 'at'),
    counter: orNull(numberIn, columns, 'counter'),
    epoch: orNull(numberIn, columns, 'epoch'),
    recipients: recipients === null ? null : JSON.parse(recipients),
  };
}

function prepareStatements(ratchet: Ratchet) {
  const select = 'SELECT number, id, content, at, counter, epoch, recipients FROM outbox WHERE room = ?';
  return {
    of: ratchet.prepare(`${select} ORDER BY number`),
    get: ratchet.prepare(`${select} AND id = ?`),
    add: ratchet.prepare('INSERT INTO outbox (room, id, content, at) VALUES (?, ?, ?, ?)'),
    seal: ratchet.prepare(
      'UPDATE outbox SET epoch = ?, counter = ?, recipients = ?, body = ? WHERE room = ? AND id = ?',
    ),
    body: ratchet.prepare('SELECT body FROM outbox WHERE room = ? AND id = ?'),
    remove: ratchet.prepare('DELETE FROM outbox WHERE room = ? AND id = ?'),
    removeAll: ratchet.prepare('DELETE FROM outbox WHERE room = ?'),
  };
}
