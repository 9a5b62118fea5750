import { numberArray } from './arrays.ts';
import type { Lane } from './lane.ts';
import type { Sql } from './session.ts';

/** Entries of one room, and rooms, that are handled in one transaction. */
const entriesAtOnce = 1_000;
const roomsAtOnce = 100;
/** Rooms of each look for abandoned ones. */
const roomsLookedAt = 10_000;
const year = 365 * 24 * 3_600_000;
/** Any number, the same for all relays: one of them prunes at a time. */
const pruneLock = 0x6f747202;

/** Deletes what is past its time (rule L11); resolves with how many entries. Nothing while another node does it. */
export function createPrune(lane: Lane): (at: number, retentionMs: number) => Promise<number> {
  let lookedAt = 0;
  return async (at, retentionMs) =>
    await lane.transaction(async (sql) => {
      const [lock] = await sql<{ had: boolean }[]>`SELECT pg_try_advisory_xact_lock(${pruneLock}) AS had`;
      if (lock?.had !== true) return 0;
      const entries = await pruneEntries(sql, at, retentionMs);
      if (entries === 0) lookedAt = await deleteAbandoned(sql, lookedAt, at, retentionMs);
      return entries;
    });
}

/** The clock may step back: everything up to the newest expired entry goes, so that no hole appears. */
async function pruneEntries(sql: Sql, at: number, retentionMs: number): Promise<number> {
  const expired = await sql<{ number: number; floor: number; up_to: number }[]>`
    WITH expired AS (
      (SELECT number FROM rooms WHERE oldest_at < ${at - retentionMs} ORDER BY oldest_at LIMIT ${roomsAtOnce})
      UNION
      (SELECT number FROM rooms WHERE oldest_at + retention_ms < ${at} AND oldest_at IS NOT NULL
        AND retention_ms > 0 LIMIT ${roomsAtOnce})
    ), locked AS MATERIALIZED (
      SELECT number, floor,
        CASE WHEN retention_ms = 0 THEN ${retentionMs}::int8 ELSE LEAST(retention_ms, ${retentionMs}::int8) END AS kept_ms
      FROM rooms WHERE number IN (SELECT number FROM expired) ORDER BY number FOR NO KEY UPDATE
    )
    SELECT number, floor, last.seq AS up_to FROM locked JOIN LATERAL (
      SELECT seq FROM entries WHERE room = number AND at < ${at}::int8 - kept_ms AND seq < floor + ${entriesAtOnce}
      ORDER BY seq DESC LIMIT 1
    ) last ON true`;
  if (expired.length === 0) return 0;
  const [rooms, places] = [
    numberArray(expired.map(({ number }) => number)),
    numberArray(expired.map(({ up_to }) => up_to)),
  ];
  const gone = () => sql`unnest(${rooms}::int8[], ${places}::int8[]) AS gone (room, up_to)`;
  await Promise.all([
    sql`DELETE FROM slices t USING ${gone()} WHERE t.room = gone.room AND t.seq <= gone.up_to`,
    // What a former access key opens, and the welcomes of a commit, go with the commit.
    sql`DELETE FROM access t USING ${gone()} WHERE t.room = gone.room AND t.until <= gone.up_to`,
    sql`DELETE FROM knocks t USING ${gone()} WHERE t.room = gone.room AND t.seq <= gone.up_to`,
    sql`
      UPDATE rooms SET floor = gone.up_to + 1,
        log_bytes = log_bytes - (SELECT sum(bytes) FROM entries WHERE room = gone.room AND seq <= gone.up_to),
        oldest_at = (SELECT at FROM entries WHERE room = gone.room AND seq = gone.up_to + 1)
      FROM ${gone()} WHERE rooms.number = gone.room`,
    sql`DELETE FROM entries t USING ${gone()} WHERE t.room = gone.room AND t.seq <= gone.up_to`,
  ]);
  return expired.reduce((sum, { floor, up_to }) => sum + up_to + 1 - floor, 0);
}

/**
 * Rooms that nobody uses. One that comes to life again cannot be put back, and costs some hundred bytes: it is kept
 * for a year after it was last written or entered. One that never had an entry has nothing to lose, since `createRoom`
 * makes it anew: it is kept as long as entries are. Resolves with where to look next.
 */
async function deleteAbandoned(sql: Sql, after: number, at: number, retentionMs: number): Promise<number> {
  const looked = await sql<{ number: number }[]>`
    SELECT number FROM rooms WHERE number > ${after} ORDER BY number LIMIT ${roomsLookedAt}`;
  const last = looked.at(-1)?.number ?? 0;
  const abandoned = await sql<{ number: number }[]>`
    SELECT number FROM rooms WHERE number > ${after} AND number <= ${last}
      AND floor > head AND waiting_knocks = 0 AND (head > 0 OR invites = 0)
      AND used_at < CASE WHEN head = 0 THEN ${at - retentionMs}::int8 ELSE ${at - Math.max(year, 2 * retentionMs)}::int8 END
    ORDER BY number FOR UPDATE SKIP LOCKED`;
  if (abandoned.length > 0) {
    const rooms = numberArray(abandoned.map(({ number }) => number));
    await Promise.all([
      ...['access', 'invites', 'knocks'].map(
        (table) => sql`DELETE FROM ${sql(table)} WHERE room = ANY(${rooms}::int8[])`,
      ),
      sql`DELETE FROM rooms WHERE number = ANY(${rooms}::int8[])`,
    ]);
  }
  return looked.length < roomsLookedAt ? 0 : last;
}
