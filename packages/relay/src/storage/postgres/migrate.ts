import { StartRefused } from '../../startRefused.ts';
import { Lane, longPatienceMs } from './lane.ts';
import { migrations } from './schema.ts';
import type { Sql } from './session.ts';

/** Any number, the same for all relays: `otr` and 1. */
const migrationLock = 0x6f747201;

/** Brings the database to the newest schema, one node at a time. Rejects with `StartRefused`. */
export async function migrate(url: string): Promise<void> {
  const lane = new Lane(url, longPatienceMs);
  try {
    await lane.transaction(migrateLocked);
  } finally {
    await lane.close();
  }
}

async function migrateLocked(sql: Sql): Promise<void> {
  // A large table takes long, and so does the other node that is at it.
  await sql`SET LOCAL statement_timeout = 0`;
  await sql`SET LOCAL lock_timeout = 0`;
  await sql`SELECT pg_advisory_xact_lock(${migrationLock})`;
  await sql`CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)`;
  const [stored] = await sql<{ version: number }[]>`SELECT version FROM schema_version`;
  const version = stored?.version ?? 0;
  if (version > migrations.length) {
    throw new StartRefused(
      'dataTooNew',
      'The database was written by a newer relay. Update this one or name another database.',
    );
  }
  for (const step of migrations.slice(version)) await sql.unsafe(step);
  await sql`DELETE FROM schema_version`;
  await sql`INSERT INTO schema_version VALUES (${migrations.length})`;
}
