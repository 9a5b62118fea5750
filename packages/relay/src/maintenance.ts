import { silent } from './log.ts';
import { defaultLimits } from './options.ts';
import type { CheckReport } from './storage/checkReport.ts';
import { openStorage, type StoreOptions } from './storage/openStorage.ts';

export { backupSqlite, restoreSqlite } from './storage/sqlite/backup.ts';

/** Reads everything that a relay keeps; one may run on it meanwhile. Rejects with `StartRefused` when there is no store. */
export async function checkStore({ data, database }: StoreOptions): Promise<CheckReport> {
  if (database === undefined) {
    const { checkSqlite } = await import('./storage/sqlite/check.ts');
    return await checkSqlite(data);
  }
  const { checkPostgres } = await import('./storage/postgres/check.ts');
  return await checkPostgres(database);
}

/**
 * Does at once what a running relay does each hour. Returns how many entries are gone. Rejects with `StartRefused` when
 * the store cannot be used.
 */
export async function pruneStore(
  store: StoreOptions,
  retentionMs = defaultLimits.retentionMs,
): Promise<number> {
  const storage = await openStorage(store, defaultLimits, silent);
  try {
    let entries = 0;
    for (;;) {
      const pruned = await storage.prune(Date.now(), retentionMs);
      if (pruned === 0) return entries;
      entries += pruned;
    }
  } finally {
    await storage.close();
  }
}
