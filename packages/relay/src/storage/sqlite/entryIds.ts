import type { DatabaseSync } from 'node:sqlite';
import { idOf, seqOf } from '@otr/protocol';
import { fromMapKey, mapKey } from '../../bytes.ts';
import type { Place } from '../facts.ts';
import type { NewEntry } from '../roomDraft.ts';
import { IndexedIds } from './indexedIds.ts';
import { numberOf } from './rows.ts';
import { entriesIn } from './run.ts';
import { transaction } from './transaction.ts';
import { type IndexStep, UnindexedIds } from './unindexedIds.ts';

/** New entries of the room with this number, in order of `seq`. */
export interface StoredEntries {
  readonly room: number;
  readonly entries: readonly NewEntry[];
}

/** The ids of all entries: those in the index, and those that wait for it in memory (rule L3). */
export class EntryIds {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #unindexed: UnindexedIds;
  readonly #inIndex: IndexedIds;

  /** Of a database in which no id waits. */
  constructor(database: DatabaseSync, idsAtOnce: number) {
    this.#unindexed = new UnindexedIds(idsAtOnce);
    this.#sql = prepare(database);
    this.#inIndex = new IndexedIds(database);
  }

  close(): void {
    this.#inIndex.close();
  }

  /** The place of the entry with this id, given as a map key. */
  placeOf(room: number, id: string): Place | undefined {
    const seq = this.#unindexed.seqOf(room, id) ?? this.#indexed(room, id);
    if (seq === undefined) return undefined;
    const row = this.#sql.epoch.get(room, seq);
    return row && { seq, epoch: numberOf(row, 'epoch') };
  }

  /** Inside the transaction that stores the entries; after its commit the step is to be `taken`. */
  store(stored: readonly StoredEntries[]): IndexStep {
    const added = stored.flatMap(({ room, entries }) =>
      entries.length === 0 ? [] : [{ room, ids: new Map(entries.map(({ id, seq }) => [mapKey(id), seq])) }],
    );
    const step = this.#unindexed.step(added);
    for (const { room, id, seq } of step.indexed) this.#sql.index.run(room, fromMapKey(id), seq);
    if (step.completed !== undefined) this.#sql.completed.run(step.completed);
    if (added.length > 0) this.#sql.note.run(step.number, JSON.stringify(stored.flatMap(placesOf)));
    return step;
  }

  taken(step: IndexStep): void {
    this.#unindexed.taken(step);
    for (const { id } of step.indexed) this.#inIndex.add(id);
  }

  /** After the commit that deleted these: entries of a room up to a `seq`, and whole rooms. */
  deleted(entries: Iterable<readonly [room: number, upTo: number]>, rooms: Iterable<number>): void {
    for (const [room, upTo] of entries) this.#unindexed.pruned(room, upTo);
    for (const room of rooms) this.#unindexed.forget(room);
  }

  #indexed(room: number, id: string): number | undefined {
    if (!this.#inIndex.mayHave(id)) return undefined;
    const row = this.#sql.find.get(room, fromMapKey(id));
    return row && numberOf(row, 'seq');
  }
}

/** The runs with entries whose ids may be missing in the index. */
export const waitingRuns = `
  SELECT runs.room, runs.seq, packed FROM unindexed CROSS JOIN json_each(places) AS place
    CROSS JOIN runs ON runs.room = place.value ->> 0 AND runs.seq BETWEEN place.value ->> 1 AND place.value ->> 2`;

/** Indexes the ids that waited when the database was last used. */
export function indexWaiting(database: DatabaseSync): void {
  if (database.prepare('SELECT 1 FROM unindexed LIMIT 1').get() === undefined) return;
  const { index } = prepare(database);
  transaction(database, () => {
    for (const run of database.prepare(waitingRuns).all()) {
      for (const packed of entriesIn(run)) index.run(numberOf(run, 'room'), idOf(packed), seqOf(packed));
    }
    database.exec('DELETE FROM unindexed');
  });
}

/** As `unindexed.places` holds them. */
function placesOf({ room, entries }: StoredEntries): [room: number, from: number, to: number][] {
  const [first, last] = [entries[0], entries.at(-1)];
  return first && last ? [[room, first.seq, last.seq]] : [];
}

function prepare(database: DatabaseSync) {
  return {
    find: database.prepare('SELECT seq FROM entry_ids WHERE room = ? AND id = ?'),
    epoch: database.prepare('SELECT epoch FROM runs WHERE room = ? AND seq >= ? ORDER BY seq LIMIT 1'),
    index: database.prepare('INSERT OR REPLACE INTO entry_ids (room, id, seq) VALUES (?, ?, ?)'),
    note: database.prepare('INSERT INTO unindexed (step, places) VALUES (?, ?)'),
    completed: database.prepare('DELETE FROM unindexed WHERE step <= ?'),
  };
}
