import type { Log } from '../../log.ts';
import { StartRefused } from '../../startRefused.ts';
import { type Storage, StorageFailure, type StorageLimits } from '../storage.ts';
import { createAnswers } from './answers.ts';
import { Lane } from './lane.ts';
import { migrate } from './migrate.ts';
import { createPrune } from './prune.ts';
import { createReads } from './reads.ts';
import { readSnapshot } from './snapshot.ts';
import { writeBatch } from './writes.ts';

const readLanes = 3;

/**
 * The log in PostgreSQL, shared by any number of relays. Rejects with `StartRefused`. When a write fails because the
 * connection was lost, it may have been stored: the same entry id again tells (rule L3).
 */
export async function openPostgres(url: string, limits: StorageLimits, log: Log): Promise<Storage> {
  const writing = laneTo(url);
  const chores = new Lane(url);
  const reading = Array.from({ length: readLanes }, () => new Lane(url));
  const all = [writing, chores, ...reading];
  const close = async () => void (await Promise.all(all.map((lane) => lane.close())));
  try {
    await migrate(url);
    await warnOfLoss(writing, log);
  } catch (error) {
    await close();
    if (!(error instanceof StorageFailure)) throw error;
    throw new StartRefused('dataUnusable', `The database can't be used: ${error.message}`);
  }
  let turn = 0;
  const nextReading = () => {
    turn += 1;
    return reading[turn % readLanes] ?? chores;
  };
  return {
    write: (writes, at) => writeBatch(writing, writes, limits, at),
    snapshot: (room, access) => readSnapshot(nextReading(), room, access),
    ...createReads(nextReading),
    ...createAnswers(chores),
    prune: createPrune(chores),
    close,
  };
}

function laneTo(url: string): Lane {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new StartRefused('dataUnusable', 'The database must be named by postgres://user@host/database.');
  }
  return new Lane(url);
}

/** A server that does not write to disk loses what was acknowledged when its machine stops. */
async function warnOfLoss(lane: Lane, log: Log): Promise<void> {
  const [setting] = await lane.run((sql) => sql<{ fsync: string }[]>`SHOW fsync`);
  if (setting?.fsync === 'off') log('postgresFsyncOff');
}
