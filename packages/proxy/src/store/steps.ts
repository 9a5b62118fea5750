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
 * transaction's commit is the moment from which on the whole step has happened, whatever becomes of history.db's own. What
 * it writes in memory ends with the process: it is committed as soon as the step has happened, and that is all.
 */
export class Steps {
  readonly #ratchet: Ratchet;
  readonly #history: History;
  readonly #memory: Memory;
  readonly #reached: (point: StepPoint) => void;
  #stepping = false;
  /** Whether history.db may lack the last numbered step. */
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
   * After opening: what a killed process had begun is finished, once. Not ok: one of the databases is of another time
   * than the other, so that using them could use a key twice or lose what was acknowledged.
   */
  recover(): { ok: true } | { ok: false; message: string } {
    const { step, writes } = this.#ratchet.journal();
    const applied = this.#history.applied();
    if (applied === step || (applied === step - 1 && writes)) {
      this.#catchUp();
      return { ok: true };
    }
    const older = applied > step ? 'ratchet.db' : 'history.db';
    return {
      ok: false,
      message: `The profile's ${older} is damaged or older than the other database. Restore the whole profile from one backup, or choose another.`,
    };
  }

  /** Nothing that was deleted stays in the journal or in the write-ahead log. */
  wipeDeleted(): void {
    if (this.#stepping) throw new Error('wiping inside a step');
    this.#catchUp();
    this.#ratchet.begin();
    try {
      this.#ratchet.clearJournal();
      this.#ratchet.commit();
    } catch (error) {
      this.#ratchet.rollback();
      throw error;
    }
    this.#history.emptyWriteAheadLog();
  }

  #commit(): void {
    const writes = this.#history.written();
    const changed = this.#ratchet.changed();
    const numbered = changed && writes !== null;
    if (numbered) {
      this.#ratchet.setJournal({ step: this.#number + 1, writes });
      this.#history.setApplied(this.#number + 1);
    } else if (changed) {
      this.#ratchet.clearJournal();
    }
    this.#ratchet.commit();
    if (numbered) this.#number += 1;
    // A step that wrote history only happens with history.db's commit: the journal has no part in it.
    if (!changed) this.#history.commit();
    this.#memory.commit();
    if (changed) this.#finish();
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
    const { step, writes } = this.#ratchet.journal();
    if (writes && this.#history.applied() < step) this.#history.replay(step, writes);
    this.#number = step;
    this.#unsure = false;
  }
}
