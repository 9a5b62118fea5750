import type { DatabaseSync } from 'node:sqlite';
import { fromMapKey } from '../../bytes.ts';
import type { RoomFacts, StoredKnock } from '../facts.ts';
import type { RoomCache, StoredRoom } from './roomCache.ts';
import { bytesOf, numberOf, type Row } from './rows.ts';

/** Facts that are looked up when they are asked for; with ids from nowhere every entry id is a new one. */
export function storedFacts(database: DatabaseSync, cache: RoomCache) {
  const sql = prepare(database);
  return (name: string, idsFrom: 'database' | 'nowhere'): RoomFacts | undefined => {
    const room = cache.named(name);
    if (room === undefined) return undefined;
    const facts = factsOf(sql, cache, room);
    return idsFrom === 'database' ? facts : { ...facts, known: () => undefined };
  };
}

function factsOf(sql: ReturnType<typeof prepare>, cache: RoomCache, room: StoredRoom): RoomFacts {
  const { number, state } = room;
  return {
    state,
    known: (id) => {
      const row = sql.entry.get(number, fromMapKey(id));
      return row && { seq: numberOf(row, 'seq'), epoch: numberOf(row, 'epoch') };
    },
    isRegistered: (publicKey) => state.members > 0 && cache.members(room).has(publicKey),
    hasInvite: (invite) => sql.invite.get(number, fromMapKey(invite)) !== undefined,
    knock: (id) => {
      const row = sql.knock.get(number, fromMapKey(id));
      return row && knockOf(row);
    },
    waitingWith: (invite) => sql.waitingWith.all(number, fromMapKey(invite)).map((row) => bytesOf(row, 'id')),
  };
}

function knockOf(row: Row): StoredKnock {
  return {
    id: bytesOf(row, 'id'),
    invite: bytesOf(row, 'invite'),
    keyPackageRef: bytesOf(row, 'key_package_ref'),
    sealed: bytesOf(row, 'sealed'),
    seq: row['seq'] === null ? undefined : numberOf(row, 'seq'),
  };
}

function prepare(database: DatabaseSync) {
  return {
    entry: database.prepare('SELECT seq, epoch FROM entries WHERE room = ? AND id = ?'),
    invite: database.prepare('SELECT 1 FROM invites WHERE room = ? AND invite = ?'),
    knock: database.prepare('SELECT * FROM knocks WHERE room = ? AND id = ?'),
    waitingWith: database.prepare('SELECT id FROM knocks WHERE room = ? AND seq IS NULL AND invite = ?'),
  };
}
