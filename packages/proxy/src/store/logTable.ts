import { bytesIn, type Columns, numberIn, orNull } from './columns.ts';
import type { History } from './history.ts';
import type { Steps } from './steps.ts';

export interface LoggedEntry {
  readonly seq: number;
  readonly id: Uint8Array;
  readonly link: Uint8Array;
  readonly digest: Uint8Array | null;
}

/** Link and digest of each entry of a room's log that was processed. */
export class LogTable {
  readonly #sql: ReturnType<typeof prepareStatements>;
  readonly #steps: Steps;

  constructor(history: History, steps: Steps) {
    this.#sql = prepareStatements(history);
    this.#steps = steps;
  }

  append(room: number, { seq, id, link, digest }: LoggedEntry): void {
    this.#steps.within(() => this.#sql.append(room, seq, id, link, digest));
  }

  setDigest(room: number, seq: number, digest: Uint8Array): void {
    this.#steps.within(() => this.#sql.setDigest(digest, room, seq));
  }

  placeOf(room: number, id: Uint8Array): number | null {
    const columns = this.#sql.byId.get(room, id);
    return columns ? numberIn(columns, 'seq') : null;
  }

  entryAt(room: number, seq: number): LoggedEntry | null {
    const columns = this.#sql.bySeq.get(room, seq);
    return columns ? entryOf(columns) : null;
  }

  entriesAfter(room: number, seq: number): LoggedEntry[] {
    return this.#sql.after.all(room, seq).map(entryOf);
  }
}

function entryOf(columns: Columns): LoggedEntry {
  return {
    seq: numberIn(columns, 'seq'),
    id: bytesIn(columns, 'id'),
    link: bytesIn(columns, 'link'),
    digest: orNull(bytesIn, columns, 'digest'),
  };
}

function prepareStatements(history: History) {
  return {
    append: history.write(
      'log.append',
      'INSERT OR REPLACE INTO log (room, seq, id, link, digest) VALUES (?, ?, ?, ?, ?)',
    ),
    setDigest: history.write('log.setDigest', 'UPDATE log SET digest = ? WHERE room = ? AND seq = ?'),
    byId: history.read('SELECT seq FROM log WHERE room = ? AND id = ? ORDER BY seq LIMIT 1'),
    bySeq: history.read('SELECT * FROM log WHERE room = ? AND seq = ?'),
    after: history.read('SELECT * FROM log WHERE room = ? AND seq > ? ORDER BY seq'),
  };
}
