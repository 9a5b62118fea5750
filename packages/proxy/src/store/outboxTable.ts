import type { Content, Slice } from '@otr/protocol';
import { bytesIn, type Columns, numberIn, orNull, textIn } from './columns.ts';
import { firstNumberInMemory, type Memory } from './memory.ts';
import type { Ratchet, RatchetStatements } from './ratchet.ts';
import { Sides } from './sides.ts';
import { packSlices, unpackSlices } from './sliceBytes.ts';
import type { Steps } from './steps.ts';

/** For whom a whisper is: pseudonyms of members, or all of them; null for what is no whisper. */
export type WhisperTo = readonly string[] | 'everyone' | null;

/** An own envelope that the log does not yet hold. */
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
  readonly whisperTo: WhisperTo;
}

export interface NewItem {
  /**
   * Goes before all others of the room that are not sealed. For what has no row in the timeline: its number is negative,
   * and is given again after it is gone.
   */
  readonly first?: boolean;
  readonly whisperTo?: WhisperTo;
}

export interface Sealed {
  readonly epoch: number;
  readonly counter: number;
  readonly recipients: readonly string[];
  readonly body: Uint8Array;
  /** Of a whisper (D4). */
  readonly slices?: readonly Slice[];
}

export class OutboxTable {
  readonly #sql: Sides<ReturnType<typeof prepareStatements>>;
  readonly #steps: Steps;

  constructor(ratchet: Ratchet, memory: Memory, steps: Steps) {
    const inMemory = prepareStatements(memory, firstNumberInMemory);
    this.#sql = new Sides(memory, { disk: prepareStatements(ratchet, 0), memory: inMemory });
    this.#steps = steps;
  }

  /** In the order in which they go: what is sealed has its counter, and goes before what has none (M5); then by number. */
  of(room: number): StoredItem[] {
    return this.#sql.of(room).all.all(room).map(itemOf);
  }

  get(room: number, id: string): StoredItem | null {
    const columns = this.#sql.of(room).get.get(room, id);
    return columns ? itemOf(columns) : null;
  }

  /** Returns the item's number. */
  add(room: number, id: string, content: Content, at: number, item: NewItem = {}): number {
    const { first = false, whisperTo = null } = item;
    const { add, addFirst } = this.#sql.of(room);
    const statement = first ? addFirst : add;
    const to = whisperTo && JSON.stringify(whisperTo);
    const text = JSON.stringify(content);
    return this.#steps.within(() => Number(statement.run(room, id, text, at, to).lastInsertRowid));
  }

  seal(room: number, id: string, { epoch, counter, recipients, body, slices = [] }: Sealed): void {
    const { seal } = this.#sql.of(room);
    const members = JSON.stringify(recipients);
    this.#steps.within(() => seal.run(epoch, counter, members, body, packSlices(slices), room, id));
  }

  /** What was sealed for an epoch that is over can no longer come to a place: it is as if it had not been. */
  unseal(room: number): void {
    this.#steps.within(() => this.#sql.of(room).unseal.run(room));
  }

  /** The sealed body as it is to be sent; null for an item that is not sealed. */
  body(room: number, id: string): Uint8Array | null {
    const columns = this.#sql.of(room).body.get(room, id);
    return columns ? orNull(bytesIn, columns, 'body') : null;
  }

  /** Beside the sealed body; none for what is no whisper. */
  slices(room: number, id: string): Slice[] {
    const columns = this.#sql.of(room).slices.get(room, id);
    return columns ? unpackSlices(orNull(bytesIn, columns, 'slices')) : [];
  }

  remove(room: number, id: string): void {
    this.#steps.within(() => this.#sql.of(room).remove.run(room, id));
  }

  removeAll(room: number): void {
    this.#steps.within(() => this.#sql.of(room).removeAll.run(room));
  }

  /** With their numbers: the timeline sorts by them. */
  moveToMemory(room: number): void {
    const { disk, memory } = this.#sql;
    for (const columns of disk.whole.all(room)) memory.restore.run(columns);
    disk.removeAll.run(room);
  }
}

function itemOf(columns: Columns): StoredItem {
  const recipients = orNull(textIn, columns, 'recipients');
  const whisperTo = orNull(textIn, columns, 'whisper_to');
  return {
    number: numberIn(columns, 'number'),
    id: textIn(columns, 'id'),
    content: JSON.parse(textIn(columns, 'content')),
    at: numberIn(columns, 'at'),
    counter: orNull(numberIn, columns, 'counter'),
    epoch: orNull(numberIn, columns, 'epoch'),
    recipients: recipients === null ? null : JSON.parse(recipients),
    whisperTo: whisperTo === null ? null : JSON.parse(whisperTo),
  };
}

/** Numbers count up from `from`, and those of what goes first count down from its negative. */
function prepareStatements(ratchet: RatchetStatements, from: number) {
  const select =
    'SELECT number, id, content, at, counter, epoch, recipients, whisper_to FROM outbox WHERE room = ?';
  return {
    unseal: ratchet.prepare(
      'UPDATE outbox SET counter = NULL, epoch = NULL, recipients = NULL, body = NULL, slices = NULL WHERE room = ?',
    ),
    all: ratchet.prepare(`${select} ORDER BY epoch IS NULL, number`),
    get: ratchet.prepare(`${select} AND id = ?`),
    add: ratchet.prepare('INSERT INTO outbox (room, id, content, at, whisper_to) VALUES (?, ?, ?, ?, ?)'),
    addFirst: ratchet.prepare(
      `INSERT INTO outbox (number, room, id, content, at, whisper_to)
       SELECT MIN(${-from}, COALESCE(MIN(number), 0)) - 1, ?, ?, ?, ?, ? FROM outbox`,
    ),
    seal: ratchet.prepare(
      `UPDATE outbox SET epoch = ?, counter = ?, recipients = ?, body = ?, slices = ?
       WHERE room = ? AND id = ?`,
    ),
    body: ratchet.prepare('SELECT body FROM outbox WHERE room = ? AND id = ?'),
    slices: ratchet.prepare('SELECT slices FROM outbox WHERE room = ? AND id = ?'),
    whole: ratchet.prepare('SELECT * FROM outbox WHERE room = ?'),
    restore: ratchet.prepare(
      `INSERT INTO outbox (number, room, id, content, at, counter, epoch, recipients, body, whisper_to, slices)
       VALUES (@number, @room, @id, @content, @at, @counter, @epoch, @recipients, @body, @whisper_to, @slices)`,
    ),
    remove: ratchet.prepare('DELETE FROM outbox WHERE room = ? AND id = ?'),
    removeAll: ratchet.prepare('DELETE FROM outbox WHERE room = ?'),
  };
}
