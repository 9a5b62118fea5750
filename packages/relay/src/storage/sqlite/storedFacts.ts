import type { DatabaseSync } from 'node:sqlite';
import { fromMapKey } from '../../bytes.ts';
import type { Facts, RoomFacts, StoredKnock } from '../facts.ts';
import type { EntryIds } from './entryIds.ts';
import type { RoomCache, StoredRoom } from './roomCache.ts';
import { bytesOf, numberOf, type Row } from './rows.ts';

/** Facts that are looked up when they are asked for. */
export function storedFacts(database: DatabaseSync, cache: RoomCache, ids: EntryIds): Facts {
  const sql = prepare(database);
  return (name) => {
    const room = cache.named(name);
    return room && factsOf(sql, ids, room);
  };
}

type Statements = ReturnType<typeof prepare>;

function factsOf(sql: Statements, ids: EntryIds, { number, state }: StoredRoom): RoomFacts {
  return {
    state,
    known: (id) => ids.placeOf(number, id),
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
    invite: database.prepare('SELECT 1 FROM invites WHERE room = ? AND invite = ?'),
    knock: database.prepare('SELECT * FROM knocks WHERE room = ? AND id = ?'),
    waitingWith: database.prepare('SELECT id FROM knocks WHERE room = ? AND seq IS NULL AND invite = ?'),
  };
}
