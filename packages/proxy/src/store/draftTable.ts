import { textIn } from './columns.ts';
import type { History, HistoryStatements } from './history.ts';
import type { Memory } from './memory.ts';
import { Sides } from './sides.ts';
import type { Steps } from './steps.ts';

/** What a person has begun to write in a room. */
export class DraftTable {
  readonly #sql: Sides<ReturnType<typeof prepareStatements>>;
  readonly #steps: Steps;

  constructor(history: History, memory: Memory, steps: Steps) {
    this.#sql = new Sides(memory, { disk: prepareStatements(history), memory: prepareStatements(memory) });
    this.#steps = steps;
  }

  /** Empty where there is none. */
  of(room: number): string {
    const columns = this.#sql.of(room).get.get(room);
    return columns ? textIn(columns, 'text') : '';
  }

  set(room: number, draft: string): void {
    const sql = this.#sql.of(room);
    this.#steps.within(() => (draft === '' ? sql.remove(room) : sql.set(room, draft)));
  }

  removeAll(room: number): void {
    this.set(room, '');
  }

  moveToMemory(room: number): void {
    const columns = this.#sql.disk.get.get(room);
    if (!columns) return;
    this.#sql.memory.set(room, textIn(columns, 'text'));
    this.#sql.disk.remove(room);
  }
}

function prepareStatements(history: HistoryStatements) {
  return {
    get: history.read('SELECT text FROM drafts WHERE room = ?'),
    set: history.write('drafts.set', 'INSERT OR REPLACE INTO drafts (room, text) VALUES (?, ?)'),
    remove: history.write('drafts.remove', 'DELETE FROM drafts WHERE room = ?'),
  };
}
