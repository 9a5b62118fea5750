import { DatabaseSync } from 'node:sqlite';
import { type Entry, unpackEntry } from '@otr/protocol';
import { mapKey } from '../../bytes.ts';
import { StartRefused } from '../../startRefused.ts';
import { type CheckReport, counted } from '../checkReport.ts';
import { databaseFile } from './database.ts';
import { waitingRuns } from './entryIds.ts';
import { numberOf, type Row } from './rows.ts';
import { entriesIn } from './run.ts';
import { migrations } from './schema.ts';
import { isSqliteError } from './transaction.ts';

/**
 * Looks at everything in a data folder, as it is at one moment; a relay may run on it meanwhile. Rejects with
 * `StartRefused` when there is no store of this version.
 */
export async function checkSqlite(folder: string): Promise<CheckReport> {
  const database = openToRead(databaseFile(folder));
  try {
    database.exec('BEGIN');
    const rooms = count(database, 'SELECT COUNT(*) AS n FROM rooms');
    const entries = count(database, 'SELECT COALESCE(SUM(seq - first + 1), 0) AS n FROM runs');
    return { rooms, entries, problems: problemsOf(database) };
  } catch (error) {
    if (!isSqliteError(error)) throw error;
    return { rooms: 0, entries: 0, problems: ['The database file is damaged, or cannot be read.'] };
  } finally {
    database.close();
  }
}

/** A relay's database of this version, or `StartRefused`. */
export function openToRead(file: string): DatabaseSync {
  try {
    const database = new DatabaseSync(file, { readOnly: true });
    const version = numberOf(database.prepare('PRAGMA user_version').get() ?? {}, 'user_version');
    if (version === migrations.length) return database;
    database.close();
  } catch {
    throw new StartRefused('dataUnusable', `${file} is not a relay's database, or cannot be read.`);
  }
  throw new StartRefused(
    'dataUnusable',
    `${file} was written by another version of the relay. Start this version on it once, or update it.`,
  );
}

function problemsOf(database: DatabaseSync): string[] {
  const damaged = database
    .prepare('PRAGMA integrity_check')
    .all()
    .filter((row) => row['integrity_check'] !== 'ok').length;
  // Of a damaged file nothing else can be said.
  if (damaged > 0) return [`The database file is damaged in ${damaged} or more places.`];
  const found: [string, number][] = [
    ...counted.map(([sentence, query]): [string, number] => [sentence, count(database, query)]),
    ...ofTheLog.map(([sentence, query]): [string, number] => [sentence, count(database, query)]),
    ...problemsOfEntries(database),
  ];
  return found.filter(([, n]) => n > 0).map(([sentence, n]) => `${n} ${sentence}.`);
}

/** Problems of the log that one statement counts. */
const ofTheLog: readonly [string, string][] = [
  [
    'rooms have holes in their log',
    `SELECT COUNT(*) AS n FROM rooms WHERE head - floor + 1 <> (
       SELECT COALESCE(SUM(seq - first + 1), 0) FROM runs WHERE room = number AND first >= floor AND seq <= head)`,
  ],
  [
    'entries are outside their room’s log',
    `SELECT COALESCE(SUM(seq - first + 1), 0) AS n FROM runs LEFT JOIN rooms ON number = runs.room
     WHERE number IS NULL OR first < floor OR seq > head`,
  ],
  [
    'rooms have a log of another size than they say',
    `SELECT COUNT(*) AS n FROM rooms WHERE log_bytes <> (
       SELECT COALESCE(SUM(bytes), 0) FROM runs WHERE room = number)`,
  ],
  [
    'slices have no entry',
    `SELECT COUNT(*) AS n FROM slices WHERE NOT EXISTS (
       SELECT 1 FROM runs WHERE runs.room = slices.room AND runs.seq = slices.seq)`,
  ],
];

interface FoundEntries {
  /** Entries that cannot be read, or are not what their run says. */
  unreadable: number;
  /** Entries whose id is neither in the index nor waits for it, and those that are there at another place. */
  unfound: number;
  repeated: number;
  /** Entries that the index has. */
  indexed: number;
}

/** Looks at every entry: whether it is what its run says, and whether it is found by its id (rule L3). */
function problemsOfEntries(database: DatabaseSync): [string, number][] {
  const found = findEntries(database);
  return [
    ['entries are not found by their id', found.unfound],
    ['ids belong to several entries', found.repeated],
    ['ids have no entry', count(database, 'SELECT COUNT(*) AS n FROM entry_ids') - found.indexed],
    ['entries cannot be read or are not what their place says', found.unreadable],
  ];
}

function findEntries(database: DatabaseSync): FoundEntries {
  const found: FoundEntries = { unreadable: 0, unfound: 0, repeated: 0, indexed: 0 };
  const index = database.prepare('SELECT seq FROM entry_ids WHERE room = ? AND id = ?');
  const waiting = new Set(database.prepare(waitingRuns).all().map(nameOf));
  const waitingIds = new Set<string>();
  for (const run of database.prepare('SELECT * FROM runs').iterate()) {
    const entries = entriesOf(run);
    found.unreadable += numberOf(run, 'seq') - numberOf(run, 'first') + 1 - entries.length;
    for (const { seq, id } of entries) {
      const row = index.get(numberOf(run, 'room'), id);
      const name = `${numberOf(run, 'room')} ${mapKey(id)}`;
      if (row && numberOf(row, 'seq') === seq) found.indexed += 1;
      else if (!waiting.has(nameOf(run))) found.unfound += 1;
      else if (row || waitingIds.has(name)) found.repeated += 1;
      else waitingIds.add(name);
    }
  }
  return found;
}

/** Of a run. */
function nameOf(run: Row): string {
  return `${numberOf(run, 'room')} ${numberOf(run, 'seq')}`;
}

/** The run's entries, if it is nothing but what it says. */
function entriesOf(run: Row): Entry[] {
  const [first, last, epoch] = [numberOf(run, 'first'), numberOf(run, 'seq'), numberOf(run, 'epoch')];
  const entries = entriesIn(run).flatMap((packed) => unpackEntry(packed) ?? []);
  const isWhole = entries.length === last - first + 1;
  const isItself = entries.every((entry, index) => entry.seq === first + index && entry.epoch === epoch);
  return isWhole && isItself ? entries : [];
}

function count(database: DatabaseSync, query: string): number {
  return numberOf(database.prepare(query).get() ?? {}, 'n');
}
