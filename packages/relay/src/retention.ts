import type { Log } from './log.ts';
import { type Storage, unlessStorageFails } from './storage/storage.ts';

/** Prunes entries older than `retentionMs`, now and once per `intervalMs`. Returns the way to stop. */
export function keepRetention(
  storage: Storage,
  options: { retentionMs: number; pruneIntervalMs: number },
  log: Log,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  const prune = () => {
    const pruned = pruneSome(storage, Date.now() - options.retentionMs, log);
    // Some at a time, so that requests are served in between.
    timer = setTimeout(prune, pruned > 0 ? 0 : options.pruneIntervalMs);
  };
  prune();
  return () => clearTimeout(timer);
}

function pruneSome(storage: Storage, before: number, log: Log): number {
  const pruned = unlessStorageFails(log, () => storage.prune(before)) ?? 0;
  if (pruned > 0) log('entriesPruned', { entries: pruned });
  return pruned;
}
