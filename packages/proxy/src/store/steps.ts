import { isStoreError } from './database.ts';
import type { History } from './history.ts';
import type { Memory } from './memory.ts';
import type { Ratchet } from './ratchet.ts';

/** Places where a test may cut a step short. */
export type StepPoint = 'ratchetCommitted' | 'historyCommitted';

interface Databases {
  readonly ratchet: Ratchet;
  readonly history: History;
  readonly memory: Memory;
}

/**
 * Steps over all databases. A step's history writes are also a journal row in the ratchet's transaction: that
 * transaction's commit, the one flush that a step costs, is the moment from which on the whole step has happened, whatever
 * becomes of history.db's own. What it writes in memory ends with the process: it is committed as soon as the step has
 * happened, and that is all.
 */
export class Steps {
  readonly #ratchet: Ratchet;
  readonly #history: History;
  readonly #memory: Memory;
  readonly #reached: (point: StepPoint) => void;
  #stepping = false;
  /** Whether history.db may lack the last step. */
  #unsure = true;
  #number = 0;

  constructor({ ratchet, history, memory }: Databases, reached: (point: StepPoint) => void) {
    this.#ratchet = ratchet;
    this.#history = history;
    this.#memory = memory;
    this.#reached = reached;
  }

  /** M11: all of what `change` writes is on disk when this returns, none of it when it throws. */
  run<Value>(change: () => Value): Value {
    if (this.#stepping) throw new Error('a step inside a step');
    this.#catchUp();
    this.#stepping = true;
    try {
      this.#ratchet.begin();
      this.#history.begin();
      this.#memory.begin();
      const value = change();
      this.#commit();
      return value;
    } catch (error) {
      this.#unsure = true;
      this.#memory.rollback();
      this.#history.rollback();
      this.#ratchet.rollback();
      throw error;
    } finally {
      this.#stepping = false;
    }
  }

  /** Part of the open step; a step of its own where none is open. */
  within<Value>(change: () => Value): Value {
    return this.#stepping ? change() : this.run(change);
  }

  /**
   * After opening: what history.db lacks is written again. Not ok: one of the databases is of another time than the
   * other, so that using them could use a key twice or lose what was acknowledged.
   */
  recover(): { ok: true } | { ok: false; message: string } {
    const applied = this.#history.applied();
    const last = this.#ratchet.lastStep();
    if (last === applied + this.#ratchet.journalAfter(applied).length) {
      this.#catchUp();
      return { ok: true };
    }
    const older = applied > last ? 'ratchet.db' : 'history.db';
    return {
      ok: false,
      message: `The profile's ${older} is damaged or older than the other database. Restore the whole profile from one backup, or choose another.`,
    };
  }

  /** Nothing that was used or deleted stays in the journal or in a write-ahead log. */
  wipeDeleted(): void {
    if (this.#stepping) throw new Error('wiping inside a step');
    this.#catchUp();
    // Only what history.db has on disk is forgotten.
    if (!this.#history.emptyWriteAheadLog()) return;
    this.#ratchet.begin();
    try {
      this.#ratchet.clearJournal();
      this.#ratchet.commit();
    } catch (error) {
      this.#ratchet.rollback();
      throw error;
    }
    this.#ratchet.emptyWriteAheadLog();
  }

  #commit(): void {
    const changed = this.#ratchet.changed() || this.#history.changed();
    const step = this.#number + 1;
    if (changed) {
      this.#ratchet.addToJournal({ step, writes: this.#history.written() });
      this.#history.setApplied(step);
    }
    this.#ratchet.commit();
    this.#memory.commit();
    if (!changed) {
      this.#history.commit();
      return;
    }
    this.#number = step;
    this.#finish();
  }

  /** The step has happened. What fails from here on is made good before the next one. */
  #finish(): void {
    try {
      this.#reached('ratchetCommitted');
      this.#history.commit();
    } catch (error) {
      this.#unsure = true;
      this.#history.rollback();
      if (!isStoreError(error)) throw error;
      return;
    }
    this.#reached('historyCommitted');
  }

  /** After a commit failed. Fails where history.db fails again: no step goes past it. */
  #catchUp(): void {
    if (!this.#unsure) return;
    const missing = this.#ratchet.journalAfter(this.#history.applied());
    for (const { step, writes } of missing) this.#history.replay(step, writes);
    this.#number = this.#ratchet.lastStep();
    this.#unsure = false;
  }
}
