import { type Entry, refuse } from '@otr/protocol';
import { mapKey } from './bytes.ts';
import type { Fanout } from './fanout/fanout.ts';
import { faultFields, type Log } from './log.ts';
import { type Storage, StorageFailure, type Write, type Written } from './storage/storage.ts';

/** Writes that wait in memory before they are made without waiting for the end of the turn. */
const writesAtOnce = 1_000;

type Done = (written: Written) => void;

/**
 * Group commit: the writes that arrive in one turn of the event loop are one transaction. Nothing waits for a
 * time: the first write of a turn is committed when the turn ends, the next batch is what came meanwhile.
 */
export class Batch {
  readonly #storage: Storage;
  readonly #fanout: Fanout;
  readonly #log: Log;
  #pending: { write: Write; done: Done }[] = [];

  constructor(storage: Storage, fanout: Fanout, log: Log) {
    this.#storage = storage;
    this.#fanout = fanout;
    this.#log = log;
  }

  /** `done` is told when the write is on disk (rule L2) or refused, before anyone hears of the entry. */
  submit(write: Write, done: Done): void {
    this.#pending.push({ write, done });
    if (this.#pending.length === 1) setImmediate(() => this.flush());
    if (this.#pending.length >= writesAtOnce) this.flush();
  }

  flush(): void {
    if (this.#pending.length === 0) return;
    const batch = this.#pending;
    this.#pending = [];
    const written = this.#commit(batch.map(({ write }) => write));
    for (const [index, { done }] of batch.entries()) {
      const outcome = written[index];
      if (outcome) done(outcome);
    }
    this.#publish(
      batch.map(({ write }) => write),
      written,
    );
  }

  #commit(writes: Write[]): Written[] {
    try {
      return this.#storage.write(writes, Date.now());
    } catch (error) {
      const { error: refusal } = this.#fault(error, writes.length);
      return writes.map(() => ({ outcome: 'refused', error: refusal }));
    }
  }

  #publish(writes: Write[], written: Written[]): void {
    const byRoom = new Map<string, { room: Uint8Array; entries: Entry[] }>();
    for (const [index, write] of writes.entries()) {
      const outcome = written[index];
      if (outcome?.outcome !== 'appended') continue;
      const news = byRoom.get(mapKey(write.room)) ?? { room: write.room, entries: [] };
      news.entries.push(outcome.entry);
      byRoom.set(mapKey(write.room), news);
    }
    for (const news of byRoom.values()) this.#fanout.publish({ kind: 'entries', ...news });
  }

  /** A failing disk is an expected outcome; anything else is a bug, which stops this batch and nothing else. */
  #fault(error: unknown, writes: number) {
    if (error instanceof StorageFailure) {
      this.#log('storageFailed', { writes, reason: error.message });
      return refuse('storageFailed', 'The relay could not store this. Try again later.');
    }
    this.#log('internalError', { writes, ...faultFields(error) });
    return refuse('internal', 'The relay has a fault. Try again later.');
  }
}
