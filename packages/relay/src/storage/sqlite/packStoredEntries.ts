import type { DatabaseSync } from 'node:sqlite';
import { type Entry, packEntry } from '@otr/protocol';
import { bytesOf, numberOf, type Row } from './rows.ts';

const tables = ['rooms', 'registrations', 'entries', 'slices', 'marks'] as const;

/** From version 1: every room keeps its log, its members and its access key. */
export function packStoredEntries(database: DatabaseSync, schema: string): void {
  for (const table of tables) database.exec(`ALTER TABLE ${table} RENAME TO old_${table}`);
  database.exec(schema);
  database
    .prepare(
      `INSERT INTO rooms (number, room, first_access_key, access_key, epoch, head, floor, members, used_at)
       SELECT number, room, access_key, access_key, epoch, head, floor, members, ? FROM old_rooms`,
    )
    .run(Date.now());
  database.exec(`
    INSERT INTO room_infos SELECT number, room_info FROM old_rooms WHERE room_info IS NOT NULL;
    INSERT INTO access SELECT number, 0, access_key, NULL FROM old_rooms;
    INSERT INTO registrations SELECT * FROM old_registrations;
    INSERT INTO slices SELECT * FROM old_slices;
    INSERT INTO marks SELECT * FROM old_marks;
  `);
  copyEntries(database);
  database.exec(`
    INSERT INTO entry_ids SELECT room, id, seq FROM entries ORDER BY room, id;
    UPDATE rooms SET
      log_bytes = (SELECT COALESCE(SUM(bytes), 0) FROM entries WHERE entries.room = number),
      oldest_at = (SELECT at FROM entries WHERE entries.room = number AND seq = floor);
  `);
  for (const table of [...tables].reverse()) database.exec(`DROP TABLE old_${table}`);
}

function copyEntries(database: DatabaseSync): void {
  const slices = database.prepare(
    'SELECT COALESCE(SUM(34 + length(ciphertext)), 0) AS bytes FROM old_slices WHERE room = ? AND seq = ?',
  );
  const insert = database.prepare(
    'INSERT INTO entries (room, seq, id, epoch, at, bytes, packed) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  for (const row of database.prepare('SELECT * FROM old_entries').iterate()) {
    const [room, seq] = [numberOf(row, 'room'), numberOf(row, 'seq')];
    const packed = packEntry(entryOf(row));
    const bytes = packed.length + numberOf(slices.get(room, seq) ?? {}, 'bytes');
    insert.run(room, seq, bytesOf(row, 'id'), numberOf(row, 'epoch'), numberOf(row, 'at'), bytes, packed);
  }
}

function entryOf(row: Row): Entry {
  const place = { seq: numberOf(row, 'seq'), id: bytesOf(row, 'id'), epoch: numberOf(row, 'epoch') };
  const key = bytesOf(row, 'key');
  switch (row['kind']) {
    case 'registerKey': {
      const sealedProfile = bytesOf(row, 'sealed_profile');
      return { kind: 'registerKey', ...place, publicKey: key, sealedProfile, tag: bytesOf(row, 'tag') };
    }
    case 'removeKey': {
      const reason = row['reason'] === 'left' ? 'left' : 'cleanup';
      return { kind: 'removeKey', ...place, publicKey: key, reason };
    }
    case 'envelope': {
      const body = row['body'] === null ? {} : { body: bytesOf(row, 'body') };
      return { kind: 'envelope', ...place, from: key, slices: [], ...body };
    }
    default:
      throw new TypeError('entry of an unknown kind');
  }
}
