import type { DatabaseSync } from 'node:sqlite';
import { type Decided, decide } from '../decide.ts';
import { StorageFailure, type StorageLimits } from '../storage.ts';
import type { Write, Written } from '../write.ts';
import type { RoomCache } from './roomCache.ts';
import { preparedStore } from './store.ts';
import { storedFacts } from './storedFacts.ts';
import { isDuplicate, transaction } from './transaction.ts';

/**
 * Nearly all entry ids are new, so a batch is first decided as if all were, and no id is looked up: the database
 * refuses to store one twice. Then, and where a write is refused whose id may be known (rule L3), the batch is decided
 * anew with the ids looked up.
 */
export function preparedWrite(database: DatabaseSync, cache: RoomCache, limits: StorageLimits) {
  const store = preparedStore(database);
  const facts = storedFacts(database, cache);
  const decideWith = (idsFrom: 'database' | 'nowhere', writes: readonly Write[], at: number) =>
    decide(writes, (name) => facts(name, idsFrom), limits, at);

  const storeAll = ({ written, changes }: Decided, at: number): Written[] => {
    if (changes.length === 0) return written;
    const stored = transaction(database, () =>
      changes.map((change) => ({ change, room: store(change, cache.room(change.after.room), at) })),
    );
    for (const { change, room } of stored) {
      const keys = [...change.registrations].map(([key, value]): [string, boolean] => [key, !!value]);
      cache.committed(room, keys);
    }
    return written;
  };

  return (writes: readonly Write[], at: number): Written[] => {
    const hopeful = decideWith('nowhere', writes, at);
    if (hopeful.written.every(({ outcome }) => outcome !== 'refused')) {
      try {
        return storeAll(hopeful, at);
      } catch (error) {
        if (!(error instanceof StorageFailure && isDuplicate(error.cause))) throw error;
      }
    }
    return storeAll(decideWith('database', writes, at), at);
  };
}
