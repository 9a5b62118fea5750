import { refuse } from '@otr/protocol';
import { faultFields, type Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { type Storage, StorageFailure } from './storage/storage.ts';
import type { Write, Written } from './storage/write.ts';

/** Writes of one transaction at the most; more wait for the next. */
const writesAtOnce = 2_000;
/** Of them, those of one connection: one that sends as fast as it may does not make all others wait. */
const writesOfOne = 100;
/** Writes that may wait while the store is busy; more are refused. */
const writesWaiting = 20_000;

type Done = (written: Written) => void;

interface Pending {
  /** 1, 2, 3 … in the order of arrival. */
  readonly number: number;
  readonly write: Write;
  readonly done: Done;
  /** The connection that asked: one of many that take turns. */
  readonly from: string | undefined;
}

/** Told of each write that is on disk, in the order in which they were made. */
export type Announce = (made: readonly { write: Write; written: Written }[]) => void;

/**
 * Group commit (rule L10): the writes that arrive in one turn of the event loop, or while the store is busy with those
 * before, are one transaction. Nothing waits for a time.
 */
export class Batch {
  readonly #storage: Storage;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #announce: Announce;
  #pending: Pending[] = [];
  #isRunning = false;
  /** How many writes were submitted, and how many of them are on disk or refused. */
  #submitted = 0;
  /** Who waits until so many are settled. */
  #flushing: { upTo: number; resolve: () => void }[] = [];

  constructor(parts: { storage: Storage; log: Log; metrics: Metrics; announce: Announce }) {
    this.#storage = parts.storage;
    this.#log = parts.log;
    this.#metrics = parts.metrics;
    this.#announce = parts.announce;
  }

  /** `done` is told when the write is on disk (rule L2) or refused, before anyone hears of it. */
  submit(write: Write, done: Done, from?: string): void {
    if (this.#pending.length >= writesWaiting) {
      done({ outcome: 'refused', error: busy() });
      return;
    }
    this.#submitted += 1;
    this.#pending.push({ number: this.#submitted, write, done, from });
    if (!this.#isRunning) void this.#run();
  }

  /** As `submit`, for who waits. */
  written(write: Write, from?: string): Promise<Written> {
    return new Promise((resolve) => this.submit(write, resolve, from));
  }

  /** Resolves when everything that was submitted so far is on disk or refused, whatever others submit meanwhile. */
  async flush(): Promise<void> {
    const upTo = this.#submitted;
    if (!this.#isRunning) return;
    await new Promise<void>((resolve) => this.#flushing.push({ upTo, resolve }));
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#pending.length > 0) {
      // What else arrived in this turn belongs to the batch.
      await new Promise((resolve) => setImmediate(resolve));
      const batch = this.#next();
      const startedAt = performance.now();
      const written = await this.#commit(batch.map(({ write }) => write));
      this.#metrics.batch(written, (performance.now() - startedAt) / 1_000);
      this.#tell(batch, written);
      this.#settle();
    }
    this.#isRunning = false;
  }

  /**
   * What is written next: in the order of arrival, but only so much of one connection while there is more than that. The
   * order of each connection's own writes stays.
   */
  #next(): Pending[] {
    if (this.#pending.length <= writesOfOne) return this.#pending.splice(0);
    const counts = new Map<string | undefined, number>();
    const [next, later]: [Pending[], Pending[]] = [[], []];
    for (const pending of this.#pending) {
      const count = counts.get(pending.from) ?? 0;
      const isDue = next.length < writesAtOnce && count < writesOfOne;
      if (isDue) counts.set(pending.from, count + 1);
      (isDue ? next : later).push(pending);
    }
    this.#pending = later;
    return next;
  }

  #settle(): void {
    const oldest = this.#pending[0]?.number ?? Number.POSITIVE_INFINITY;
    const flushed = this.#flushing.filter(({ upTo }) => upTo < oldest);
    this.#flushing = this.#flushing.filter(({ upTo }) => upTo >= oldest);
    for (const { resolve } of flushed) resolve();
  }

  async #commit(writes: Write[]): Promise<Written[]> {
    try {
      return await this.#storage.write(writes, Date.now());
    } catch (error) {
      const refusal = this.#fault(error, writes.length);
      return writes.map(() => ({ outcome: 'refused', error: refusal }));
    }
  }

  #tell(batch: readonly Pending[], written: readonly Written[]): void {
    const made: Parameters<Announce>[0][number][] = [];
    for (const [index, { write, done }] of batch.entries()) {
      const outcome = written[index];
      if (outcome === undefined) continue;
      this.#guarded(() => done(outcome));
      made.push({ write, written: outcome });
    }
    this.#guarded(() => this.#announce(made));
  }

  /** A bug in what is told must not stop the writes of all others. */
  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#log('internalError', faultFields(error));
    }
  }

  /** A failing store is an expected outcome; anything else is a bug, which stops this batch and nothing else. */
  #fault(error: unknown, writes: number) {
    if (error instanceof StorageFailure) {
      this.#log('storageFailed', { writes, reason: error.message });
      this.#metrics.count('storageFailures');
      return refuse('storageFailed', 'The relay could not store this. Try again later.').error;
    }
    this.#log('internalError', { writes, ...faultFields(error) });
    this.#metrics.count('internalErrors');
    return refuse('internal', 'The relay has a fault. Try again later.').error;
  }
}

function busy() {
  return refuse('rateLimited', 'The relay has too much to write. Wait, then try again.', {
    retryAfter: 1_000,
  }).error;
}
