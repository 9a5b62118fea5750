import { isCommit, packedEnd, type Slice } from '@otr/protocol';
import type { NewEntry } from '../roomDraft.ts';
import { StorageFailure } from '../storage.ts';
import { bytesOf, type Row } from './rows.ts';

/** One entry that is asked for costs the reading of its whole run. */
const runBytes = 64 * 1024;
const entriesPerRun = 256;

/**
 * Entries of one room and one epoch that one batch appended one after the other, stored as one row: a row costs about as
 * much as an entry would, so under load entries share it. Commits, and messages with slices, are runs of their own.
 */
export interface Run {
  /** `seq` of its first entry, and of its last. */
  readonly first: number;
  readonly last: number;
  readonly epoch: number;
  /** What its entries count for in the room's `logBytes`. */
  readonly bytes: number;
  /** Its entries, packed (rule W6), one behind the other. */
  readonly packed: Buffer;
  /** Of its only entry. */
  readonly slices: readonly Slice[];
}

/** New entries of one room, in order of `seq` without holes, as they are stored. */
export function runsOf(entries: readonly NewEntry[]): Run[] {
  const runs: NewEntry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const { length } = entry.packed;
    const run = runs.at(-1);
    const isRoomLeft = bytes + length <= runBytes && run !== undefined && run.length < entriesPerRun;
    if (isRoomLeft && goesWith(run.at(-1), entry)) {
      run.push(entry);
      bytes += length;
    } else {
      runs.push([entry]);
      bytes = length;
    }
  }
  return runs.flatMap(runOf);
}

/** The packed entries of a stored run, in order, as views. Throws `StorageFailure` for bytes that are none. */
export function unpackRun(run: Row): Buffer[] {
  const entries = splitEntries(bytesOf(run, 'packed'));
  if (entries === undefined) throw new StorageFailure('the database holds entries that cannot be read');
  return entries;
}

/** The same for work that one damaged run must not stop: of such a run there are none. */
export function entriesIn(run: Row): Buffer[] {
  return splitEntries(bytesOf(run, 'packed')) ?? [];
}

function splitEntries(bytes: Buffer): Buffer[] | undefined {
  const entries: Buffer[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const end = packedEnd(bytes, offset);
    if (end === undefined) return undefined;
    entries.push(bytes.subarray(offset, end));
    offset = end;
  }
  return entries;
}

function goesWith(previous: NewEntry | undefined, entry: NewEntry): boolean {
  return isShared(previous) && isShared(entry) && previous?.epoch === entry.epoch;
}

/** Whether all that is stored of it is its packed bytes. */
function isShared(entry: NewEntry | undefined): boolean {
  return entry !== undefined && !isCommit(entry.packed) && entry.slices.length === 0;
}

function runOf(entries: readonly NewEntry[]): Run[] {
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined) return [];
  return [
    {
      first: first.seq,
      last: last.seq,
      epoch: first.epoch,
      bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0),
      packed: entries.length === 1 ? first.packed : Buffer.concat(entries.map(({ packed }) => packed)),
      slices: first.slices,
    },
  ];
}
