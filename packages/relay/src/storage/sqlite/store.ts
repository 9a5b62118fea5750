import type { DatabaseSync } from 'node:sqlite';
import { fromMapKey } from '../../bytes.ts';
import type { RoomChanges } from '../roomDraft.ts';
import type { StoredRoom } from './roomCache.ts';
import { runsOf } from './run.ts';

/** Stores what a batch changes in one room, inside the caller's transaction. */
export type Store = (changes: RoomChanges, before: StoredRoom | undefined, at: number) => StoredRoom;

type Statements = ReturnType<typeof prepare>;

export function preparedStore(database: DatabaseSync): Store {
  const sql = prepare(database);
  return (changes, before, at) => {
    const number = before ? before.number : createRoom(sql, changes);
    const floor = before ? before.floor : 1;
    storeEntries(sql, number, changes, at);
    storeAccess(sql, number, changes);
    storeInvites(sql, number, changes);
    storeKnocks(sql, number, changes, at);
    updateRoom(sql, number, changes);
    if (changes.entries.length > 0 && (changes.before?.head ?? 0) < floor) sql.setOldest.run(at, number);
    return { number, floor, state: changes.after };
  };
}

function createRoom(sql: Statements, { after }: RoomChanges): number {
  const { lastInsertRowid } = sql.createRoom.run(
    after.room,
    after.firstAccessKey,
    after.accessKey,
    after.usedAt,
  );
  return Number(lastInsertRowid);
}

function storeEntries(sql: Statements, number: number, { entries }: RoomChanges, at: number): void {
  for (const { first, last, epoch, bytes, packed, slices } of runsOf(entries)) {
    sql.insertRun.run(number, last, first, epoch, at, bytes, packed);
    for (const { to, ciphertext } of slices) sql.insertSlice.run(number, last, to, ciphertext);
  }
}

function storeAccess(sql: Statements, number: number, { access }: RoomChanges): void {
  for (const { epoch, accessKey, until } of access.values()) {
    sql.putAccess.run(number, epoch, accessKey, until ?? null);
  }
}

function storeInvites(sql: Statements, number: number, { invites }: RoomChanges): void {
  for (const [name, invite] of invites) {
    if (invite === undefined) sql.deleteInvite.run(number, fromMapKey(name));
    else sql.putInvite.run(number, invite);
  }
}

function storeKnocks(sql: Statements, number: number, { knocks }: RoomChanges, at: number): void {
  for (const [name, knock] of knocks) {
    if (knock === undefined) sql.deleteKnock.run(number, fromMapKey(name));
    else {
      const { id, invite, keyPackageRef, seq, sealed } = knock;
      sql.putKnock.run(number, id, invite, keyPackageRef, at, seq ?? null, sealed);
    }
  }
}

function updateRoom(sql: Statements, number: number, { after }: RoomChanges): void {
  sql.updateRoom.run(
    after.accessKey,
    after.epoch,
    after.head,
    after.logBytes,
    after.waitingKnocks,
    after.invites,
    after.retentionMs,
    after.usedAt,
    number,
  );
}

function prepare(database: DatabaseSync) {
  return {
    createRoom: database.prepare(
      'INSERT INTO rooms (room, first_access_key, access_key, used_at) VALUES (?, ?, ?, ?)',
    ),
    updateRoom: database.prepare(
      `UPDATE rooms SET access_key = ?, epoch = ?, head = ?, log_bytes = ?, waiting_knocks = ?, invites = ?,
         retention_ms = ?, used_at = ? WHERE number = ?`,
    ),
    setOldest: database.prepare('UPDATE rooms SET oldest_at = ? WHERE number = ?'),
    insertRun: database.prepare(
      'INSERT INTO runs (room, seq, first, epoch, at, bytes, packed) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    insertSlice: database.prepare('INSERT INTO slices (room, seq, to_key, ciphertext) VALUES (?, ?, ?, ?)'),
    putAccess: database.prepare(
      'INSERT OR REPLACE INTO access (room, epoch, access_key, until) VALUES (?, ?, ?, ?)',
    ),
    putInvite: database.prepare('INSERT OR IGNORE INTO invites (room, invite) VALUES (?, ?)'),
    deleteInvite: database.prepare('DELETE FROM invites WHERE room = ? AND invite = ?'),
    putKnock: database.prepare(
      `INSERT INTO knocks (room, id, invite, key_package_ref, answered_at, seq, sealed)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET invite = excluded.invite, key_package_ref = excluded.key_package_ref,
         answered_at = excluded.answered_at, seq = excluded.seq, sealed = excluded.sealed`,
    ),
    deleteKnock: database.prepare('DELETE FROM knocks WHERE room = ? AND id = ?'),
  };
}
