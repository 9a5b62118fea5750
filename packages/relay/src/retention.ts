import { faultFields, type Log } from './log.ts';
import { type Storage, unlessStorageFails } from './storage/storage.ts';

/** Prunes entries older than `retentionMs`, now and once per `intervalMs`. Returns the way to stop (rule L11). */
export function keepRetention(
  storage: Storage,
  options: { retentionMs: number; pruneIntervalMs: number },
  log: Log,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const prune = async () => {
    const pruned = await pruneSome(storage, options.retentionMs, log);
    // Some at a time, so that requests are served in between.
    if (!isStopped) timer = setTimeout(prune, pruned > 0 ? 0 : options.pruneIntervalMs);
  };
  void prune();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

async function pruneSome(storage: Storage, retentionMs: number, log: Log): Promise<number> {
  try {
    const pruned = (await unlessStorageFails(log, () => storage.prune(Date.now(), retentionMs))) ?? 0;
    if (pruned > 0) log('entriesPruned', { entries: pruned });
    return pruned;
  } catch (error) {
    log('internalError', faultFields(error));
    return 0;
  }
}
