import { DatabaseSync } from 'node:sqlite';
import { epochOf, seqOf, unpackEntry } from '@otr/protocol';
import { StartRefused } from '../../startRefused.ts';
import { type CheckReport, counted } from '../checkReport.ts';
import { databaseFile } from './database.ts';
import { waitingEntries } from './entryIds.ts';
import { bytesOf, numberOf, type Row } from './rows.ts';
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
    const entries = count(database, 'SELECT COUNT(*) AS n FROM entries');
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
    ...indexed.map(([sentence, query]): [string, number] => [sentence, count(database, query)]),
    ['entries cannot be read or are not what their place says', unreadable(database)],
  ];
  return found.filter(([, n]) => n > 0).map(([sentence, n]) => `${n} ${sentence}.`);
}

/** What holds of the index of entry ids (rule L3). */
const indexed: readonly [string, string][] = [
  [
    'entries are not found by their id',
    `WITH waiting AS (${waitingEntries})
     SELECT COUNT(*) AS n FROM entries WHERE NOT EXISTS (
       SELECT 1 FROM entry_ids AS one WHERE one.room = entries.room AND one.id = entries.id AND one.seq = entries.seq
     ) AND (room, seq) NOT IN (SELECT room, seq FROM waiting)`,
  ],
  [
    'ids belong to several entries',
    `WITH waiting AS (${waitingEntries})
     SELECT COUNT(*) AS n FROM (
       SELECT 1 FROM (SELECT room, id, seq FROM waiting UNION SELECT room, id, seq FROM entry_ids)
       GROUP BY room, id HAVING COUNT(*) > 1)`,
  ],
  [
    'ids have no entry',
    `SELECT COUNT(*) AS n FROM entry_ids AS one WHERE NOT EXISTS (
       SELECT 1 FROM entries WHERE one.room = entries.room AND one.seq = entries.seq AND one.id = entries.id)`,
  ],
];

function unreadable(database: DatabaseSync): number {
  let n = 0;
  for (const row of database.prepare('SELECT seq, id, epoch, packed FROM entries').iterate()) {
    if (!isItself(row)) n += 1;
  }
  return n;
}

function isItself(row: Row): boolean {
  const packed = bytesOf(row, 'packed');
  const entry = unpackEntry(packed);
  return (
    entry !== undefined &&
    seqOf(packed) === numberOf(row, 'seq') &&
    epochOf(packed) === numberOf(row, 'epoch') &&
    bytesOf(row, 'id').equals(entry.id)
  );
}

function count(database: DatabaseSync, query: string): number {
  return numberOf(database.prepare(query).get() ?? {}, 'n');
}
