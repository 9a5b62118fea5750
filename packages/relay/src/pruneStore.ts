import { silent } from './log.ts';
import { defaultLimits } from './options.ts';
import { openStorage, type StoreOptions } from './storage/openStorage.ts';

export interface Pruned {
  /** Entries that are gone. */
  readonly entries: number;
}

/** What a running relay does each hour, at once. Rejects with `StartRefused` when the store cannot be used. */
export async function pruneStore(
  store: StoreOptions,
  retentionMs = defaultLimits.retentionMs,
): Promise<Pruned> {
  const storage = await openStorage(store, defaultLimits, silent);
  try {
    let entries = 0;
    for (;;) {
      const pruned = await storage.prune(Date.now(), retentionMs);
      if (pruned === 0) return { entries };
      entries += pruned;
    }
  } finally {
    await storage.close();
  }
}
