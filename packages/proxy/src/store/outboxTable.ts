import type { DatabaseSync } from 'node:sqlite';
import { deserialize, serialize } from 'node:v8';
import type { Content } from '@otr/protocol';
import type { SealedEnvelope } from '../core/roomCipher.ts';
import { bytesIn, type Columns, numberIn, orNull, textIn } from './columns.ts';

/** An own envelope that the log does not yet hold, in the order of `number`. */
export interface StoredItem {
  readonly number: number;
  readonly id: string;
  readonly content: Content;
  readonly at: number;
  /** Ours under the key it was sealed with (M5); null before it is sealed. */
  readonly counter: number | null;
  readonly epoch: number | null;
}

export class OutboxTable {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(database: DatabaseSync) {
    this.#sql = prepare(database);
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
    return Number(this.#sql.add.run(room, id, JSON.stringify(content), at).lastInsertRowid);
  }

  seal(room: number, id: string, epoch: number, counter: number, envelope: SealedEnvelope): void {
    this.#sql.seal.run(epoch, counter, serialize(envelope), room, id);
  }

  /** The envelope as it is to be sent; null for an item that is not sealed. */
  sealedItem(room: number, id: string): { epoch: number; envelope: SealedEnvelope } | null {
    const columns = this.#sql.sealed.get(room, id);
    if (!columns) return null;
    const envelope: SealedEnvelope = deserialize(bytesIn(columns, 'envelope'));
    return { epoch: numberIn(columns, 'epoch'), envelope };
  }

  unsealAll(room: number): void {
    this.#sql.unsealAll.run(room);
  }

  remove(room: number, id: string): void {
    this.#sql.remove.run(room, id);
  }
}

function itemOf(columns: Columns): StoredItem {
  return {
    number: numberIn(columns, 'number'),
    id: textIn(columns, 'id'),
    content: JSON.parse(textIn(columns, 'content')),
    at: numberIn(columns, 'at'),
    counter: orNull(numberIn, columns, 'counter'),
    epoch: orNull(numberIn, columns, 'epoch'),
  };
}

function prepare(database: DatabaseSync) {
  const select = 'SELECT number, id, content, at, counter, epoch FROM outbox WHERE room = ?';
  return {
    of: database.prepare(`${select} ORDER BY number`),
    get: database.prepare(`${select} AND id = ?`),
    add: database.prepare('INSERT INTO outbox (room, id, content, at) VALUES (?, ?, ?, ?)'),
    seal: database.prepare(
      'UPDATE outbox SET epoch = ?, counter = ?, envelope = ? WHERE room = ? AND id = ?',
    ),
    sealed: database.prepare(
      'SELECT epoch, envelope FROM outbox WHERE room = ? AND id = ? AND envelope IS NOT NULL',
    ),
    unsealAll: database.prepare(
      'UPDATE outbox SET epoch = NULL, counter = NULL, envelope = NULL WHERE room = ?',
    ),
    remove: database.prepare('DELETE FROM outbox WHERE room = ? AND id = ?'),
  };
}
