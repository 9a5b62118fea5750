import { type Connection, isStoreError, openingProblem, type Place } from './database.ts';
import type { DatabaseName } from './databaseKey.ts';
import { DraftTable } from './draftTable.ts';
import { History } from './history.ts';
import { IdentityTable } from './identityTable.ts';
import { LogTable } from './logTable.ts';
import { Memory } from './memory.ts';
import { openDatabase } from './openDatabase.ts';
import { OutboxTable } from './outboxTable.ts';
import { PeopleTable } from './peopleTable.ts';
import { profileFiles } from './profileFiles.ts';
import { type Preferences, ProfileTable } from './profileTable.ts';
import { Ratchet } from './ratchet.ts';
import { RecordTable } from './recordTable.ts';
import { RoomTable } from './roomTable.ts';
import { type StepPoint, Steps } from './steps.ts';
import { Timelines } from './timelines.ts';

export type OpenedStore = { ok: true; value: Store } | { ok: false; message: string };

/**
 * A profile's memory. Not ok: a sentence that says why the profile cannot be used. The caller's key stays the caller's to
 * wipe. `reached` is for tests that cut a step short.
 */
export function openStore(place: Place, reached?: (point: StepPoint) => void): OpenedStore {
  if (place === 'memory') return openDatabases({ ratchet: ':memory:', history: ':memory:' }, null, reached);
  const found = profileFiles(place.folder);
  return found.ok ? openDatabases(found.files, place.key, reached) : found;
}

/** Without a master key everything is kept as plain text: for databases in memory, and for the tests' negative control. */
export function openDatabases(
  paths: Record<DatabaseName, string>,
  master: Uint8Array | null,
  reached: (point: StepPoint) => void = () => {},
): OpenedStore {
  const ratchet = openDatabase('ratchet', paths.ratchet, master);
  if (!ratchet.ok) return ratchet;
  const history = openDatabase('history', paths.history, master);
  if (!history.ok) {
    ratchet.value.close();
    return history;
  }
  try {
    const store = new Store(ratchet.value, history.value, { ephemeral: master === null, reached });
    const ready = store.recover();
    if (ready.ok) return { ok: true, value: store };
    store.close();
    return ready;
  } catch (error) {
    ratchet.value.close();
    history.value.close();
    if (!isStoreError(error)) throw error;
    return { ok: false, message: openingProblem(error, paths.history) };
  }
}

export class Store {
  readonly ephemeral: boolean;
  readonly rooms: RoomTable;
  readonly records: RecordTable;
  readonly outbox: OutboxTable;
  readonly log: LogTable;
  readonly timeline: Timelines;
  readonly people: PeopleTable;
  readonly #identity: IdentityTable;
  readonly #profile: ProfileTable;
  readonly #steps: Steps;
  readonly #ratchet: Ratchet;
  readonly #history: History;
  readonly #memory = new Memory();
  #closed = false;

  constructor(
    ratchet: Connection,
    history: Connection,
    options: { ephemeral: boolean; reached: (point: StepPoint) => void },
  ) {
    this.ephemeral = options.ephemeral;
    this.#ratchet = new Ratchet(ratchet);
    this.#history = new History(history);
    const databases = { ratchet: this.#ratchet, history: this.#history, memory: this.#memory };
    this.#steps = new Steps(databases, options.reached);
    this.#identity = new IdentityTable(this.#ratchet, this.#steps);
    this.records = new RecordTable(this.#ratchet, this.#steps);
    this.outbox = new OutboxTable(this.#ratchet, this.#memory, this.#steps);
    this.log = new LogTable(this.#history, this.#steps);
    this.timeline = new Timelines(this.#history, this.#memory, this.#steps);
    this.people = new PeopleTable(this.#history, this.#steps);
    this.rooms = new RoomTable(this.#history, this.#steps, {
      memory: this.#memory,
      drafts: new DraftTable(this.#history, this.#memory, this.#steps),
      others: [this.records, this.outbox, this.timeline],
    });
    this.#profile = new ProfileTable(this.#history, this.#steps);
  }

  /** M11: all of what `change` writes is on disk when this returns, none of it when it throws. */
  step<Value>(change: () => Value): Value {
    return this.#steps.run(change);
  }

  /**
   * After opening: see `Steps.recover`. E1: what a killed process had deleted may still be in the journal or in the
   * write-ahead log that it left.
   */
  recover(): { ok: true } | { ok: false; message: string } {
    const ready = this.#steps.recover();
    if (!ready.ok) return ready;
    this.#steps.wipeDeleted();
    this.#identity.ensure();
    this.rooms.findOffTheRecord();
    return ready;
  }

  /** E1: after keys were used or messages deleted, no copy of theirs stays in the journal or in a write-ahead log. */
  wipeDeleted(): void {
    this.#steps.wipeDeleted();
  }

  /**
   * For when there is nothing else to do: removes a part of what rooms have left that are gone; true when there is more.
   */
  tidy(): boolean {
    return this.timeline.tidy();
  }

  /** D1: X25519, 32 bytes. A copy, which the caller wipes. */
  identityKey(): Uint8Array {
    return this.#identity.key();
  }

  /** Whoever restores a profile is the same person. */
  setIdentityKey(key: Uint8Array): void {
    this.#identity.set(key);
  }

  name(): string | null {
    return this.#profile.name();
  }

  setName(name: string): void {
    this.#profile.setName(name);
  }

  preferences(): Preferences {
    return this.#profile.preferences();
  }

  setPreferences(preferences: Preferences): void {
    this.#profile.setPreferences(preferences);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#wipeIfPossible();
    this.#ratchet.close();
    this.#history.close();
    this.#memory.close();
  }

  /** What a full or broken disk prevents is done at the next start. */
  #wipeIfPossible(): void {
    try {
      this.wipeDeleted();
    } catch (error) {
      if (!isStoreError(error)) throw error;
    }
  }
}
