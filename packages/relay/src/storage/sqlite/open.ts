import type { DatabaseSync } from 'node:sqlite';
import { type Storage, StorageFailure, type StorageLimits } from '../storage.ts';
import { preparedAnswers } from './answers.ts';
import { openDatabase } from './database.ts';
import { EntryIds } from './entryIds.ts';
import { preparedPrune } from './prune.ts';
import { Reads } from './read.ts';
import { RoomCache } from './roomCache.ts';
import { guarded, transaction } from './transaction.ts';
import { preparedWrite } from './write.ts';

/** Entering counts as use of a room (rule L11), written down once in so many milliseconds. */
const usedAgainMs = 24 * 3_600_000;

/** `databaseBytes` bounds the whole database; beyond it writes fail. */
export type SqliteLimits = StorageLimits & { databaseBytes: number };

/** Entry ids that are gathered in memory before they are indexed: some 4 MB, or 0.3 s at the next start. */
const defaultIdsAtOnce = 32_768;

/** Opens the embedded store: a data folder, or `:memory:`. Throws `StartRefused`. */
export function openSqlite(data: string, limits: SqliteLimits, idsAtOnce = defaultIdsAtOnce): Storage {
  const { database, close } = openDatabase(data, limits.databaseBytes);
  const cache = new RoomCache(database);
  const ids = new EntryIds(database, idsAtOnce);
  const write = preparedWrite(database, cache, ids, limits);
  const reads = new Reads(database, cache);
  const answers = preparedAnswers(database);
  const prune = preparedPrune(database);
  const noteUse = preparedNoteUse(database, cache);
  const ping = database.prepare('SELECT 1');

  return {
    write: async (writes, at) => guarded(() => write(writes, at)),
    findAccess: async (room, accessKey) => guarded(() => reads.findAccess(room, accessKey)),
    heads: async (rooms) => guarded(() => reads.heads(rooms)),
    snapshot: async (room, access) =>
      guarded(() => {
        noteUse(room, Date.now());
        return reads.snapshot(room, access);
      }),
    fetch: async (request) => guarded(() => reads.fetch(request)),
    recordAnswers: async (answered) => transaction(database, () => answers.record(answered)),
    restartGrace: async (at) => transaction(database, () => answers.restartGrace(at)),
    silent: async (before, limit) => guarded(() => answers.silent(before, limit)),
    prune: async (at, retentionMs) => {
      const { count, upTo, rooms } = transaction(database, () => prune(at, retentionMs));
      ids.deleted(upTo, rooms);
      cache.forget();
      return count;
    },
    ping: async () => {
      guarded(() => ping.get());
    },
    close: async () => {
      ids.close();
      close();
    },
  };
}

/** A store that cannot write keeps nobody out. */
function preparedNoteUse(database: DatabaseSync, cache: RoomCache) {
  const update = database.prepare('UPDATE rooms SET used_at = ? WHERE number = ?');
  return (id: Uint8Array, at: number): void => {
    const room = cache.room(id);
    if (room === undefined || room.state.usedAt > at - usedAgainMs) return;
    try {
      guarded(() => update.run(at, room.number));
      cache.committed({ ...room, state: { ...room.state, usedAt: at } });
    } catch (error) {
      if (!(error instanceof StorageFailure)) throw error;
    }
  };
}
