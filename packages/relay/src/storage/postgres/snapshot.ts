import { type Knock, limits } from '@otr/protocol';
import { asBuffer } from '../../bytes.ts';
import type { RoomSnapshot } from '../storage.ts';
import type { Lane } from './lane.ts';
import { bytesOfId } from './loadFacts.ts';

/** Entering counts as use of a room (rule L11), written down once in so many milliseconds. */
const usedAgainMs = 24 * 3_600_000;

interface RoomRow {
  number: number;
  access: number;
  epoch: number;
  head: number;
  floor: number;
  used_at: number;
  until: number | null;
}

/** Rows of several tables in one answer: one statement sees one state of the store. */
type MemberRow =
  | { kind: 'registration' | 'mark' | 'roomInfo'; a: Buffer; b: Buffer; c: Buffer }
  | { kind: 'knock'; id: string; a: Buffer; b: Buffer; c: Buffer };

export async function readSnapshot(
  lane: Lane,
  room: Uint8Array,
  access: number,
): Promise<RoomSnapshot | undefined> {
  const rows = await lane.run(
    (sql) => sql<(RoomRow & MemberRow)[]>`
      WITH room AS (
        SELECT number, access, epoch, head, floor, used_at,
          (SELECT until FROM access a WHERE a.room = number AND a.epoch = ${access}) AS until
        FROM rooms WHERE room = ${asBuffer(room)}
      )
      SELECT room.*, rows.* FROM room LEFT JOIN LATERAL (
        SELECT 'registration' AS kind, 0::int8 AS place, NULL::uuid AS id, public_key AS a, sealed_profile AS b, tag AS c
          FROM registrations WHERE room = room.number
        UNION ALL SELECT 'mark', 0, NULL, public_key, sealed, NULL FROM marks WHERE room = room.number
        UNION ALL SELECT 'roomInfo', 0, NULL, sealed, NULL, NULL FROM room_infos WHERE room = room.number
        UNION ALL SELECT 'knock', number, id, invite, key_package_ref, sealed
          FROM knocks WHERE room = room.number AND seq IS NULL
      ) rows ON room.access = ${access} ORDER BY place`,
  );
  const [first] = rows;
  if (first === undefined) return undefined;
  await keepRoom(lane, first);
  const { head, floor, epoch, until } = first;
  if (first.access !== access) {
    if (until === null) return undefined;
    return { head: until, floor, epoch: access, ended: true, registrations: [], marks: [], knocks: [] };
  }
  const roomInfo = rows.find(({ kind }) => kind === 'roomInfo')?.a;
  return {
    head,
    floor,
    epoch,
    ended: false,
    registrations: rows.flatMap(({ kind, a, b, c }) =>
      kind === 'registration' ? [{ publicKey: a, sealedProfile: b, tag: c }] : [],
    ),
    marks: rows.flatMap(({ kind, a, b }) => (kind === 'mark' ? [{ publicKey: a, sealed: b }] : [])),
    knocks: waitingKnocks(rows),
    ...(roomInfo && { roomInfo }),
  };
}

/** The longest waiting first, up to half a frame. */
function waitingKnocks(rows: readonly MemberRow[]): Knock[] {
  const knocks: Knock[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (row.kind !== 'knock') continue;
    bytes += row.c.length;
    if (bytes > limits.relayFrame / 2) break;
    knocks.push({ id: bytesOfId(row.id), invite: row.a, keyPackageRef: row.b, sealed: row.c });
  }
  return knocks;
}

async function keepRoom(lane: Lane, { number, used_at }: RoomRow): Promise<void> {
  const now = Date.now();
  if (used_at >= now - usedAgainMs) return;
  await lane.run(
    (sql) => sql`UPDATE rooms SET used_at = ${now} WHERE number = ${number} AND used_at < ${now}`,
  );
}
