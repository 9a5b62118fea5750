import type { ErrorCode } from '@otr/protocol';
import type { Written } from './storage/write.ts';

/** What is only ever counted up; `otr_relay_<name>_total` for Prometheus, in its spelling. */
export const counters = {
  connectionsOpened: 'Connections that were accepted.',
  connectionsRefused: 'Connections beyond the limit, or while the relay drained.',
  connectionsNotAdmitted: 'Connections without the admission token.',
  entriesDelivered: 'Entries sent live, once for each connection.',
  fetches: 'Answered fetches.',
  entriesFetched: 'Entries in answers to fetches.',
  fellBehind: 'Times a connection left live delivery because it read too slowly.',
  slowReadersCut: 'Connections closed because they kept asking and did not read.',
  storageFailures: 'Times the store did not do what was asked.',
  internalErrors: 'Faults of the relay itself.',
  catchUps: 'Times entries of other nodes were found by polling the log.',
} as const;

export type CounterName = keyof typeof counters;
export type Outcome = Written['outcome'];

/**
 * Counts; nothing in them tells of a room or a person. Counting is an addition to a number: `prometheus.ts` reads them
 * when somebody looks.
 */
export class Metrics {
  readonly #counts = new Map<CounterName, number>();
  readonly #written = new Map<Outcome, number>();
  readonly #refused = new Map<ErrorCode, number>();
  #observeBatch: (writes: number, seconds: number) => void = () => {};

  count(name: CounterName, by = 1): void {
    add(this.#counts, name, by);
  }

  /** A request was refused. */
  refused(code: ErrorCode): void {
    add(this.#refused, code, 1);
  }

  /** A transaction is on disk: what became of each write, and how long it took. */
  batch(written: readonly Pick<Written, 'outcome'>[], seconds: number): void {
    for (const { outcome } of written) add(this.#written, outcome, 1);
    this.#observeBatch(written.length, seconds);
  }

  /** Who wants the size and the time of every transaction from here on. */
  onBatch(observe: (writes: number, seconds: number) => void): void {
    this.#observeBatch = observe;
  }

  counted(name: CounterName): number {
    return this.#counts.get(name) ?? 0;
  }

  writes(outcome: Outcome): number {
    return this.#written.get(outcome) ?? 0;
  }

  refusals(code: ErrorCode): number {
    return this.#refused.get(code) ?? 0;
  }
}

function add<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
