import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { mapKey } from '../../bytes.ts';
import { IdFilter } from './idFilter.ts';
import { bytesOf, numberOf } from './rows.ts';
import { isSqliteError } from './transaction.ts';

/** 1 MiB, for 800,000 ids. */
const defaultBits = 2 ** 23;
/** 16 MiB, for 13 million; with more ids the index is asked more often. */
const mostBits = 2 ** 27;
/** Ids that are read at once, and how many milliseconds later the next: nobody waits for long meanwhile. */
const idsPerLook = 500;
const lookAgainMs = 5;

/** A filter that is being filled with what is in the index, in its order. */
interface Filling {
  readonly filter: IdFilter;
  count: number;
  after: { room: number; id: Uint8Array };
}

/**
 * Tells of nearly every new id that the index of entry ids does not have it, without reading the index: ids are random,
 * so each look would be at another page, and most of them not in memory. It is filled from the index when the store is
 * opened, and again, four times as large, when it turns out to be too small or many ids were added since; deleted ones are
 * forgotten then.
 */
export class IndexedIds {
  readonly #read: StatementSync;
  #bits: number;
  #filter: IdFilter | undefined;
  #addedSinceFilled = 0;
  #filling: Filling | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(database: DatabaseSync, bits = defaultBits) {
    this.#read = database.prepare(
      'SELECT room, id FROM entry_ids WHERE (room, id) > (?, ?) ORDER BY room, id LIMIT ?',
    );
    this.#bits = bits;
    this.#fill();
  }

  /** Whether the index has to be asked for this id, a map key. */
  mayHave(id: string): boolean {
    return this.#filter?.mayHave(id) ?? true;
  }

  /** After the commit that put it into the index. */
  add(id: string): void {
    this.#filter?.add(id);
    this.#filling?.filter.add(id);
    this.#addedSinceFilled += 1;
    const isFull = this.#filter !== undefined && this.#addedSinceFilled >= this.#filter.capacity;
    if (!isFull || this.#filling !== undefined) return;
    this.#grow();
    this.#fill();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #grow(): void {
    this.#bits = Math.min(4 * this.#bits, mostBits);
  }

  #fill(): void {
    this.#addedSinceFilled = 0;
    this.#filling = this.#newFilling();
    this.#look();
  }

  #newFilling(): Filling {
    return { filter: new IdFilter(this.#bits), count: 0, after: { room: -1, id: new Uint8Array() } };
  }

  /** A store that fails is asked again. */
  #look(): void {
    if (this.#filling === undefined || this.#isClosed) return;
    try {
      this.#takeSome(this.#filling);
    } catch (error) {
      if (!isSqliteError(error)) throw error;
    }
    if (this.#filling) this.#timer = setTimeout(() => this.#look(), lookAgainMs).unref();
  }

  #takeSome(filling: Filling): void {
    const { filter, after } = filling;
    const rows = this.#read.all(after.room, after.id, idsPerLook);
    for (const row of rows) filter.add(mapKey(bytesOf(row, 'id')));
    filling.count += rows.length;
    if (filling.count > filter.capacity && this.#bits < mostBits) {
      this.#grow();
      this.#filling = this.#newFilling();
      return;
    }
    const last = rows.at(-1);
    if (last !== undefined && rows.length === idsPerLook) {
      filling.after = { room: numberOf(last, 'room'), id: bytesOf(last, 'id') };
      return;
    }
    this.#filter = filter;
    this.#filling = undefined;
  }
}
