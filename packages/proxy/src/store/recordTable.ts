import { bytesIn, textIn } from './columns.ts';
import type { Ratchet } from './ratchet.ts';
import type { Steps } from './steps.ts';

export interface RecordChange {
  readonly put: ReadonlyMap<string, Uint8Array>;
  readonly delete: readonly string[];
}

/** Small named byte records of a room: the state of its MLS group and what else must not outlive its use. */
export class RecordTable {
  readonly #sql: ReturnType<typeof prepareStatements>;
  readonly #steps: Steps;

  constructor(ratchet: Ratchet, steps: Steps) {
    this.#sql = prepareStatements(ratchet);
    this.#steps = steps;
  }

  load(room: number): Map<string, Uint8Array> {
    return new Map(this.#sql.load.all(room).map((row) => [textIn(row, 'name'), bytesIn(row, 'body')]));
  }

  apply(room: number, change: RecordChange): void {
    this.#steps.within(() => {
      for (const name of change.delete) this.#sql.remove.run(room, name);
      for (const [name, body] of change.put) this.#sql.put.run(room, name, body);
    });
  }

  removeAll(room: number): void {
    this.#steps.within(() => this.#sql.removeAll.run(room));
  }
}

function prepareStatements(ratchet: Ratchet) {
  return {
    load: ratchet.prepare('SELECT name, body FROM records WHERE room = ?'),
    put: ratchet.prepare(
      `INSERT INTO records (room, name, body) VALUES (?, ?, ?)
       ON CONFLICT (room, name) DO UPDATE SET body = excluded.body`,
    ),
    remove: ratchet.prepare('DELETE FROM records WHERE room = ? AND name = ?'),
    removeAll: ratchet.prepare('DELETE FROM records WHERE room = ?'),
  };
}
