import { epochOf, setSeq, unpackEntry } from '@otr/protocol';
import { StartRefused } from '../../startRefused.ts';
import { type CheckReport, counted } from '../checkReport.ts';
import { StorageFailure } from '../storage.ts';
import { Lane, longPatienceMs } from './lane.ts';
import { bytesOfId } from './loadFacts.ts';
import { migrations } from './schema.ts';
import type { Sql } from './session.ts';

/** Problems of the log that one statement counts. */
const ofTheLog: readonly [string, string][] = [
  [
    'rooms have holes in their log',
    `SELECT COUNT(*) AS n FROM rooms WHERE head - floor + 1 <> (
       SELECT COUNT(*) FROM entries WHERE room = number AND seq BETWEEN floor AND head)`,
  ],
  [
    'entries are outside their room’s log',
    `SELECT COUNT(*) AS n FROM entries LEFT JOIN rooms ON number = entries.room
     WHERE number IS NULL OR seq < floor OR seq > head`,
  ],
  [
    'rooms have a log of another size than they say',
    `SELECT COUNT(*) AS n FROM rooms WHERE log_bytes <> (
       SELECT COALESCE(SUM(bytes), 0) FROM entries WHERE room = number)`,
  ],
  [
    'slices have no entry',
    `SELECT COUNT(*) AS n FROM slices WHERE NOT EXISTS (
       SELECT 1 FROM entries WHERE entries.room = slices.room AND entries.seq = slices.seq)`,
  ],
];

/** Entries that are read at once. */
const page = 1_000;

/**
 * Looks at everything in a database, as it is at one moment; relays may run on it meanwhile. Rejects with
 * `StartRefused` when there is no store of this version.
 */
export async function checkPostgres(url: string): Promise<CheckReport> {
  const lane = new Lane(url, longPatienceMs);
  try {
    return await lane.transaction(check, 'ISOLATION LEVEL REPEATABLE READ READ ONLY');
  } catch (error) {
    if (!(error instanceof StorageFailure)) throw error;
    throw new StartRefused('dataUnusable', `The database can't be checked: ${error.message}`);
  } finally {
    await lane.close();
  }
}

async function check(sql: Sql): Promise<CheckReport> {
  await sql`SET LOCAL statement_timeout = 0`;
  await sql`SET LOCAL enable_seqscan = on`;
  await requireVersion(sql);
  const rooms = await count(sql, 'SELECT COUNT(*) AS n FROM rooms');
  const entries = await count(sql, 'SELECT COUNT(*) AS n FROM entries');
  const found: [string, number][] = [];
  for (const [sentence, query] of [...ofTheLog, ...counted]) found.push([sentence, await count(sql, query)]);
  found.push(['entries cannot be read or are not what their place says', await unreadable(sql)]);
  return {
    rooms,
    entries,
    problems: found.filter(([, n]) => n > 0).map(([sentence, n]) => `${n} ${sentence}.`),
  };
}

async function requireVersion(sql: Sql): Promise<void> {
  const [table] =
    await sql`SELECT FROM pg_tables WHERE tablename = 'schema_version' AND schemaname = current_schema()`;
  const [stored] = table ? await sql<{ version: number }[]>`SELECT version FROM schema_version` : [];
  if (stored?.version === migrations.length) return;
  throw new StartRefused(
    'dataUnusable',
    'The database is not that of a relay of this version. Start this version on it once, or update it.',
  );
}

async function unreadable(sql: Sql): Promise<number> {
  let found = 0;
  let after = { room: 0, seq: 0 };
  for (;;) {
    const rows = await sql<{ room: number; seq: number; epoch: number; id: string; packed: Buffer }[]>`
      SELECT room, seq, epoch, id, packed FROM entries WHERE (room, seq) > (${after.room}, ${after.seq})
      ORDER BY room, seq LIMIT ${page}`;
    found += rows.filter((row) => !isItself(row)).length;
    const last = rows.at(-1);
    if (last === undefined || rows.length < page) return found;
    after = { room: last.room, seq: last.seq };
  }
}

function isItself({
  seq,
  epoch,
  id,
  packed,
}: {
  seq: number;
  epoch: number;
  id: string;
  packed: Buffer;
}): boolean {
  if (packed.length < 7) return false;
  setSeq(packed, seq);
  const entry = unpackEntry(packed);
  return entry !== undefined && epochOf(packed) === epoch && bytesOfId(id).equals(entry.id);
}

async function count(sql: Sql, query: string): Promise<number> {
  const [row] = await sql.unsafe<{ n: number }[]>(query);
  return row?.n ?? 0;
}
