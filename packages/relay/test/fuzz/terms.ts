import type { RelayLimits } from '../../src/options.ts';
import type { FuzzReport } from './fuzz.ts';

const MiB = 2 ** 20;

/** No rate limit, so that every input comes to what it is meant for; rooms small, so that none of them is dear. */
export const fuzzedLimits: Partial<RelayLimits> = {
  requestsPerSecond: 1e6,
  requestBurst: 1e6,
  roomRequestsPerSecond: 1e6,
  roomRequestBurst: 1e6,
  waitingKnocksPerRoom: 20,
  logBytesPerRoom: 4 * MiB,
};

/** Whoever knocks does not answer for its key package. */
export const fuzzedCleanup = { graceMs: 2 ** 40 };

/** What a store keeps in memory of a room it has seen, and what a collector leaves for later. */
const slack = 16 * MiB;

/** How the relay holds more at the end than it should; nothing is the good answer. */
export function grownBeyond({ start, middle, end }: Pick<FuzzReport, 'start' | 'middle' | 'end'>): string[] {
  const wrong: string[] = [];
  if (end.heap > start.heap + slack) wrong.push(`its heap grew from ${start.heap} to ${end.heap} bytes`);
  if (end.rss > middle.rss * 1.25 + slack) wrong.push(`it grew from ${middle.rss} to ${end.rss} bytes`);
  const faults = end.log['internalError'] ?? 0;
  if (faults > 0) wrong.push(`it had ${faults} faults of its own`);
  return wrong;
}
