import { decide } from '../decide.ts';
import { wantedFacts } from '../facts.ts';
import type { StorageLimits } from '../storage.ts';
import type { Write, Written } from '../write.ts';
import type { Lane } from './lane.ts';
import { loadFacts } from './loadFacts.ts';
import { appendPlain, plainAppends } from './plainAppends.ts';
import { storeChanges } from './storeChanges.ts';

/** A batch, durable when it resolves. Plain appends, nearly all there is under load, take one statement. */
export async function writeBatch(
  lane: Lane,
  writes: readonly Write[],
  limits: StorageLimits,
  at: number,
): Promise<Written[]> {
  if (writes.length === 0) return [];
  const plain = plainAppends(writes);
  const appended = plain && (await appendPlain(lane, plain, limits, at));
  return appended ?? (await writeAny(lane, writes, limits, at));
}

async function writeAny(
  lane: Lane,
  writes: readonly Write[],
  limits: StorageLimits,
  at: number,
): Promise<Written[]> {
  return await lane.transaction(async (sql) => {
    const { facts, numbers } = await loadFacts(sql, wantedFacts(writes));
    const { written, changes } = decide(writes, facts, limits, at);
    if (changes.length > 0) await storeChanges(sql, changes, numbers, at);
    return written;
  });
}
