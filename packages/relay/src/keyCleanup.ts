import type { Batch } from './batch.ts';
import { fromMapKey, mapKey } from './bytes.ts';
import { faultFields, type Log } from './log.ts';
import type { CleanupOptions } from './options.ts';
import type { RoomLive } from './roomLive.ts';
import type { RoomNews } from './roomNews.ts';
import { type Answer, type Storage, unlessStorageFails } from './storage/storage.ts';

/** Knocks that are dropped after one question; more wait for the next. */
const droppedAtOnce = 1_000;
/** When many who knock leave at once, their room is asked once a second. */
const leaveAgainMs = 1_000;
/** Answers that wait in memory before they are recorded, and for how long, in milliseconds. */
const answersAtOnce = 10_000;
const recordMs = 1_000;

interface Parts {
  readonly storage: Storage;
  readonly batch: Batch;
  readonly news: RoomNews;
  readonly live: RoomLive;
  readonly log: Log;
}

/** Key cleanup (rule N4): asks the rooms whose key packages wait, and drops the knocks that nobody answers for. */
export class KeyCleanup {
  readonly #parts: Parts;
  readonly #options: CleanupOptions;
  /** Since they were last recorded: by room and key package reference. */
  #answers = new Map<string, Answer>();
  #recording: Promise<unknown> = Promise.resolve();
  /** Rooms that were asked because somebody who knocked left, and whether another has left since. */
  readonly #left = new Map<string, { again: boolean }>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #tickedAt = 0;
  #isStopped = false;

  constructor(parts: Parts, options: CleanupOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#tickedAt = Date.now();
    await this.#parts.storage.restartGrace(this.#tickedAt);
    this.#after(this.#options.intervalMs, () => this.#tick());
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    await this.#record();
  }

  /** A connection answers for these key packages. Those that do not wait are forgotten by the store. */
  answered(room: Uint8Array, refs: readonly Uint8Array[]): void {
    if (this.#answers.size === 0) this.#after(recordMs, () => void this.#record());
    for (const keyPackageRef of refs) {
      this.#answers.set(`${mapKey(room)} ${mapKey(keyPackageRef)}`, { room, keyPackageRef, at: Date.now() });
    }
    if (this.#answers.size >= answersAtOnce) void this.#record();
  }

  /** A connection whose knock waits is gone: it may have come back on another one. */
  knockerLeft(room: Uint8Array): void {
    const name = mapKey(room);
    const asked = this.#left.get(name);
    if (asked) {
      asked.again = true;
      return;
    }
    this.#ask(room);
    this.#left.set(name, { again: false });
    this.#after(leaveAgainMs, () => {
      const { again } = this.#left.get(name) ?? { again: false };
      this.#left.delete(name);
      if (again) this.knockerLeft(fromMapKey(name));
    });
  }

  #tick(): void {
    this.#after(this.#options.intervalMs, () => this.#tick());
    const askedAt = Date.now();
    this.#forgiveSleep(askedAt);
    for (const room of this.#parts.live.roomIds()) this.#ask(room);
    // An answer that has arrived and was not read yet counts: it is read before the immediate runs.
    this.#after(this.#options.answerMs, () => setImmediate(() => void this.#dropSilent(askedAt)));
  }

  /** A machine that slept heard no answers: nobody is dropped for that. */
  #forgiveSleep(now: number): void {
    const late = now - this.#tickedAt - this.#options.intervalMs;
    this.#tickedAt = now;
    if (late > this.#options.graceMs / 2) {
      void this.#quietly(() => this.#parts.storage.restartGrace(now));
    }
  }

  #ask(room: Uint8Array): void {
    this.#parts.news.tell({ kind: 'keyCleanup', message: { room }, access: 0 });
  }

  /** Drops what was silent for the grace period and did not answer this question either. */
  async #dropSilent(askedAt: number): Promise<void> {
    if (this.#isStopped) return;
    // Answers that are not recorded would look like silence.
    if (!(await this.#record())) return;
    const before = Math.min(askedAt, Date.now() - this.#options.graceMs);
    const { storage, batch, log } = this.#parts;
    const silent = (await this.#quietly(() => storage.silent(before, droppedAtOnce))) ?? [];
    for (const { room, id } of silent)
      batch.submit({ kind: 'dismissKnock', room, id, by: 'relay' }, () => {});
    await batch.flush();
    if (silent.length > 0) log('knocksDropped', { knocks: silent.length });
  }

  /** Whether all answers so far are in the store; those that it does not take are kept for the next time. */
  async #record(): Promise<boolean> {
    const recorded = this.#recording.then(async () => {
      const answers = this.#answers;
      if (answers.size === 0) return true;
      this.#answers = new Map();
      const done = await this.#quietly(async () => {
        await this.#parts.storage.recordAnswers([...answers.values()]);
        return true;
      });
      if (done) return true;
      if (this.#answers.size < answersAtOnce) this.#answers = new Map([...answers, ...this.#answers]);
      return false;
    });
    this.#recording = recorded;
    return recorded;
  }

  async #quietly<Value>(run: () => Promise<Value>): Promise<Value | undefined> {
    try {
      return await unlessStorageFails(this.#parts.log, run);
    } catch (error) {
      this.#parts.log('internalError', faultFields(error));
      return undefined;
    }
  }

  #after(milliseconds: number, run: () => void): void {
    if (this.#isStopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, milliseconds);
    this.#timers.add(timer);
  }
}
