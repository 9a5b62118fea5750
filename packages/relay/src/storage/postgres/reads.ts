import { isCommit, limits, type Slice, setSeq } from '@otr/protocol';
import { asBuffer } from '../../bytes.ts';
import type { LogEntry } from '../logEntry.ts';
import { type Fetched, type FetchRequest, type Storage, wholeLog } from '../storage.ts';
import { bytesArray } from './arrays.ts';
import type { Lane } from './lane.ts';

type Reads = Pick<Storage, 'findAccess' | 'heads' | 'fetch' | 'ping'>;

/** Single statements: each sees one state of the store. */
export function createReads(lanes: () => Lane): Reads {
  return {
    async findAccess(room, accessKey) {
      const [row] = await lanes().run(
        (sql) => sql<{ access: number | null }[]>`
          SELECT (SELECT max(a.epoch) FROM access a WHERE a.room = r.number AND a.access_key = ${asBuffer(accessKey)})
            AS access
          FROM rooms r WHERE r.room = ${asBuffer(room)}`,
      );
      if (row === undefined) return { found: 'nothing' };
      return row.access === null ? { found: 'room' } : { found: 'access', access: row.access };
    },

    async heads(rooms) {
      if (rooms.length === 0) return [];
      return await lanes().run(
        (sql) => sql<{ room: Buffer; head: number }[]>`
          SELECT room, head FROM rooms WHERE room = ANY(${bytesArray(rooms)}::bytea[]) AND head > 0`,
      );
    },

    fetch: (request) => fetch(lanes(), request),

    async ping() {
      await lanes().run((sql) => sql`SELECT 1`);
    },
  };
}

interface FetchedRow {
  floor: number;
  head: number;
  seq: number | null;
  epoch: number;
  packed: Buffer;
  to_key: Buffer | null;
  ciphertext: Buffer;
}

/** The bound of rule A4 is looked up by the statement that reads. A reader whose epoch is unknown is given nothing. */
async function fetch(lane: Lane, request: FetchRequest): Promise<Fetched> {
  const { room, access, after, limit, maxBytes, keys } = request;
  const whole = access === wholeLog;
  const rows = await lane.run(
    (sql) => sql<FetchedRow[]>`
      WITH bounded AS (
        SELECT number, floor, CASE
          WHEN ${whole} THEN head
          ELSE COALESCE(
            (SELECT COALESCE(until, head) FROM access a WHERE a.room = number AND a.epoch = ${whole ? 0 : access}), 0
          )
        END AS head FROM rooms WHERE room = ${asBuffer(room)}
      )
      SELECT b.floor, b.head, e.seq, e.epoch, e.packed, s.to_key, s.ciphertext
      FROM bounded b
      LEFT JOIN LATERAL (
        SELECT * FROM (
          SELECT seq, epoch, packed, sum(octet_length(packed)) OVER (ORDER BY seq) - octet_length(packed) AS before
          FROM entries WHERE room = b.number AND seq > ${after} AND seq <= b.head ORDER BY seq LIMIT ${limit}
        ) summed WHERE before <= ${maxBytes}
      ) e ON true
      LEFT JOIN slices s ON s.room = b.number AND s.seq = e.seq AND s.to_key = ANY(${bytesArray(keys)}::bytea[])
      ORDER BY e.seq`,
  );
  const [first] = rows;
  if (first === undefined) return { entries: [], head: 0, floor: 1 };
  const entries = entriesOf(rows, maxBytes);
  return { entries, head: first.head, floor: first.floor };
}

/** One row for each entry and slice; stops as `FetchRequest.maxBytes` says. */
function entriesOf(rows: readonly FetchedRow[], maxBytes: number): LogEntry[] {
  const entries: (LogEntry & { slices: Slice[] })[] = [];
  let bytes = 0;
  for (const { seq, epoch, packed, to_key, ciphertext } of rows) {
    if (seq === null) continue;
    let last = entries.at(-1);
    if (last?.seq !== seq) {
      if (bytes > maxBytes) break;
      setSeq(packed, seq);
      last = { seq, epoch, isCommit: isCommit(packed), packed, slices: [] };
      entries.push(last);
      bytes += packed.length;
    }
    if (to_key === null || last.slices.length >= limits.slicesPerReader) continue;
    last.slices.push({ to: to_key, ciphertext });
    bytes += to_key.length + 2 + ciphertext.length;
  }
  return entries;
}
