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
  if (plain === undefined) return await writeAny(lane, writes, limits, at);
  return await lane.transaction();
}
