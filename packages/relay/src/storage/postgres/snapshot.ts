import { type Knock, limits } from '@otr/protocol';
import { asBuffer } from '../../bytes.ts';
import type { RoomSnapshot } from '../storage.ts';
import type { Lane } from './lane.ts';
import { bytesOfId } from './loadFacts.ts';

/** Entering counts as use of a room (rule L11), written down once in so many milliseconds. */
const usedAgainMs = 24 * 3_600_000;

interface RoomRow {
  number: number;
  epoch: number;
  head: number;
  floor: number;
  used_at: number;
  until: number | null;
}

/** All columns are null in the row of a room where nobody waits. */
interface KnockRow {
  id: string | null;
  invite: Buffer;
  key_package_ref: Buffer;
  sealed: Buffer;
}

export async function readSnapshot(
  lane: Lane,
  room: Uint8Array,
  access: number,
): Promise<RoomSnapshot | undefined> {
  const rows = await lane.run(
    (sql) => sql<(RoomRow & KnockRow)[]>`
      SELECT r.number, r.epoch, r.head, r.floor, r.used_at, k.id, k.invite, k.key_package_ref, k.sealed,
        (SELECT until FROM access a WHERE a.room = r.number AND a.epoch = ${access}) AS until
      FROM rooms r LEFT JOIN knocks k ON k.room = r.number AND k.seq IS NULL AND r.epoch = ${access}
      WHERE r.room = ${asBuffer(room)} ORDER BY k.number`,
  );
  const [first] = rows;
  if (first === undefined) return undefined;
  await keepRoom(lane, first);
  const ended = first.epoch !== access;
  const head = ended ? first.until : first.head;
  if (head === null) return undefined;
  return { head, floor: first.floor, epoch: access, ended, knocks: waitingKnocks(rows) };
}

/** The longest waiting first, up to half a frame. */
function waitingKnocks(rows: readonly KnockRow[]): Knock[] {
  const knocks: Knock[] = [];
  let bytes = 0;
  for (const { id, invite, key_package_ref, sealed } of rows) {
    if (id === null) continue;
    bytes += sealed.length;
    if (bytes > limits.relayFrame / 2) break;
    knocks.push({ id: bytesOfId(id), invite, keyPackageRef: key_package_ref, sealed });
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
