import { mapKey } from '../../bytes.ts';
import type { Facts, Place, RoomFacts, StoredKnock, WantedFacts } from '../facts.ts';
import { bytesArray, idArray } from './arrays.ts';
import { type RoomRow, roomColumns, stateOf } from './roomRow.ts';
import type { Sql } from './session.ts';

export interface LoadedFacts {
  readonly facts: Facts;
  /** Numbers of the rooms that exist, by map key. */
  readonly numbers: Map<string, number>;
}

/** Locks the rooms, in one order on all nodes, and reads what deciding needs: one round trip, in a transaction. */
export async function loadFacts(sql: Sql, wanted: ReadonlyMap<string, WantedFacts>): Promise<LoadedFacts> {
  const rooms = [...wanted.values()];
  // A later statement of the transaction sees what was committed before the locks were had.
  const [locked, known, invites, knocks, waiting] = await Promise.all([
    lockRooms(sql, rooms),
    findKnown(sql, rooms),
    findInvites(sql, rooms),
    findKnocks(sql, rooms),
    findWaiting(sql, rooms),
  ]);
  const loaded = new Map(locked.map((row) => [mapKey(row.room), { row, ...emptyRoom() }]));
  for (const { room, id, seq, epoch } of known)
    loaded.get(mapKey(room))?.known.set(plain(id), { seq, epoch });
  for (const { room, key } of invites) loaded.get(mapKey(room))?.invites.add(mapKey(key));
  for (const row of knocks) loaded.get(mapKey(row.room))?.knocks.set(plain(row.id), knockOf(row));
  for (const { room, id, invite } of waiting) {
    const ids = loaded.get(mapKey(room))?.waiting;
    ids?.set(mapKey(invite), [...(ids.get(mapKey(invite)) ?? []), bytesOfId(id)]);
  }
  return {
    facts: (room) => factsOf(loaded.get(room)),
    numbers: new Map([...loaded].map(([room, { row }]) => [room, row.number])),
  };
}

type Loaded = { row: RoomRow } & ReturnType<typeof emptyRoom>;

function emptyRoom() {
  return {
    known: new Map<string, Place>(),
    invites: new Set<string>(),
    knocks: new Map<string, StoredKnock>(),
    waiting: new Map<string, Buffer[]>(),
  };
}

function factsOf(loaded: Loaded | undefined): RoomFacts | undefined {
  if (loaded === undefined) return undefined;
  return {
    state: stateOf(loaded.row),
    known: (id) => loaded.known.get(id),
    hasInvite: (invite) => loaded.invites.has(invite),
    knock: (id) => loaded.knocks.get(id),
    waitingWith: (invite) => loaded.waiting.get(invite) ?? [],
  };
}

async function lockRooms(sql: Sql, rooms: readonly WantedFacts[]): Promise<RoomRow[]> {
  return await sql<RoomRow[]>`
    SELECT ${sql.unsafe(roomColumns)} FROM rooms WHERE room = ANY(${bytesArray(rooms.map(({ room }) => room))}::bytea[])
    ORDER BY number FOR NO KEY UPDATE`;
}

type Named = 'known' | 'hasInvite' | 'knock' | 'waitingWith';

/** Pairs of a room and an id or key, as two arrays. */
function pairsOf(rooms: readonly WantedFacts[], fact: Named) {
  const pairs = rooms.flatMap((wanted) =>
    [...wanted[fact].values()].map((key) => ({ room: wanted.room, key })),
  );
  return { rooms: bytesArray(pairs.map(({ room }) => room)), keys: pairs.map(({ key }) => key) };
}

async function findKnown(sql: Sql, wanted: readonly WantedFacts[]) {
  const { rooms, keys } = pairsOf(wanted, 'known');
  if (keys.length === 0) return [];
  return await sql<{ room: Buffer; id: string; seq: number; epoch: number }[]>`
    SELECT w.room, w.id, e.seq, e.epoch FROM unnest(${rooms}::bytea[], ${idArray(keys)}::uuid[]) w (room, id)
    JOIN rooms r ON r.room = w.room
    JOIN LATERAL (SELECT seq, epoch FROM entries WHERE room = r.number AND id = w.id LIMIT 1) e ON true`;
}

async function findInvites(sql: Sql, wanted: readonly WantedFacts[]) {
  const { rooms, keys } = pairsOf(wanted, 'hasInvite');
  if (keys.length === 0) return [];
  return await sql<{ room: Buffer; key: Buffer }[]>`
    SELECT w.room, w.key FROM unnest(${rooms}::bytea[], ${bytesArray(keys)}::bytea[]) w (room, key)
    JOIN rooms r ON r.room = w.room JOIN invites i ON i.room = r.number AND i.invite = w.key`;
}

interface KnockRow {
  room: Buffer;
  id: string;
  invite: Buffer;
  key_package_ref: Buffer;
  sealed: Buffer;
  seq: number | null;
}

async function findKnocks(sql: Sql, wanted: readonly WantedFacts[]) {
  const { rooms, keys } = pairsOf(wanted, 'knock');
  if (keys.length === 0) return [];
  return await sql<KnockRow[]>`
    SELECT w.room, k.id, k.invite, k.key_package_ref, k.sealed, k.seq
    FROM unnest(${rooms}::bytea[], ${idArray(keys)}::uuid[]) w (room, id)
    JOIN rooms r ON r.room = w.room JOIN knocks k ON k.room = r.number AND k.id = w.id`;
}

async function findWaiting(sql: Sql, wanted: readonly WantedFacts[]) {
  const { rooms, keys } = pairsOf(wanted, 'waitingWith');
  if (keys.length === 0) return [];
  return await sql<{ room: Buffer; id: string; invite: Buffer }[]>`
    SELECT w.room, k.id, k.invite FROM unnest(${rooms}::bytea[], ${bytesArray(keys)}::bytea[]) w (room, invite)
    JOIN rooms r ON r.room = w.room JOIN knocks k ON k.room = r.number AND k.invite = w.invite AND k.seq IS NULL
    ORDER BY k.number`;
}

function knockOf(row: KnockRow): StoredKnock {
  return {
    id: bytesOfId(row.id),
    invite: row.invite,
    keyPackageRef: row.key_package_ref,
    sealed: row.sealed,
    seq: row.seq ?? undefined,
  };
}

/** The 16 bytes that a `uuid` column holds. */
export function bytesOfId(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

function plain(id: string): string {
  return mapKey(bytesOfId(id));
}
