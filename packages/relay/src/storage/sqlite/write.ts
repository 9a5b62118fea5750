import type { DatabaseSync } from 'node:sqlite';
import { type Decided, decide } from '../decide.ts';
import type { StorageLimits } from '../storage.ts';
import type { Write, Written } from '../write.ts';
import type { EntryIds } from './entryIds.ts';
import type { RoomCache } from './roomCache.ts';
import { preparedStore } from './store.ts';
import { storedFacts } from './storedFacts.ts';
import { transaction } from './transaction.ts';

/** What is in memory changes when the transaction has been committed. */
export function preparedWrite(
  database: DatabaseSync,
  cache: RoomCache,
  ids: EntryIds,
  limits: StorageLimits,
) {
  const store = preparedStore(database);
  const facts = storedFacts(database, cache, ids);

  const storeAll = ({ changes }: Decided, at: number): void => {
    const { stored, step } = transaction(database, () => {
      const stored = changes.map((change) => ({
        change,
        room: store(change, cache.room(change.after.room), at),
      }));
      const entries = stored.map(({ change, room }) => ({ room: room.number, entries: change.entries }));
      return { stored, step: ids.store(entries) };
    });
    ids.taken(step);
    for (const { room } of stored) cache.committed(room);
  };

  return (writes: readonly Write[], at: number): Written[] => {
    const decided = decide(writes, facts, limits, at);
    if (decided.changes.length > 0) storeAll(decided, at);
    return decided.written;
  };
}
