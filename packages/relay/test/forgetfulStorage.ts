import { mapKey } from '../src/bytes.ts';
import { type Storage, wholeLog } from '../src/storage/storage.ts';

/** Newer than any epoch. */
const boundless = 2 ** 40;

/** A store that takes every access key that a room ever had for its current one: for negative controls alone. */
export function unsafeForgetfulStorage(storage: Storage): Storage {
  const current = new Map<string, number>();
  return {
    async write(writes, at) {
      const byAnybody = writes.map((write) => ('by' in write ? { ...write, by: 'relay' as const } : write));
      const written = await storage.write(byAnybody, at);
      for (const [index, write] of writes.entries()) {
        const outcome = written[index];
        if (write.kind !== 'commit' || outcome?.outcome !== 'appended') continue;
        current.set(mapKey(write.room), outcome.entry.epoch);
      }
      return written;
    },
    async findAccess(room, accessKey) {
      const found = await storage.findAccess(room, accessKey);
      return found.found === 'access' ? { ...found, access: boundless } : found;
    },
    snapshot: (room) => storage.snapshot(room, current.get(mapKey(room)) ?? 0),
    fetch: (request) => storage.fetch({ ...request, access: wholeLog }),
    heads: (rooms) => storage.heads(rooms),
    recordAnswers: (answers) => storage.recordAnswers(answers),
    restartGrace: (at) => storage.restartGrace(at),
    silent: (before, limit) => storage.silent(before, limit),
    prune: (at, retentionMs) => storage.prune(at, retentionMs),
    ping: () => storage.ping(),
    close: () => storage.close(),
  };
}
