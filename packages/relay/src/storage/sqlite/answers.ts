import type { DatabaseSync } from 'node:sqlite';
import type { Answer, Silent } from '../storage.ts';
import { bytesOf } from './rows.ts';

export interface Answers {
  record(answers: readonly Answer[]): void;
  restartGrace(at: number): void;
  silent(before: number, limit: number): Silent[];
}

/** When somebody last answered for each registered key and each waiting knock (rules K6 and N4). */
export function preparedAnswers(database: DatabaseSync): Answers {
  const room = '(SELECT number FROM rooms WHERE room = ?)';
  const sql = {
    key: database.prepare(`UPDATE registrations SET answered_at = ? WHERE room = ${room} AND public_key = ?`),
    knock: database.prepare(
      `UPDATE knocks SET answered_at = ? WHERE room = ${room} AND seq IS NULL AND key_package_ref = ?`,
    ),
    allKeys: database.prepare('UPDATE registrations SET answered_at = ?'),
    allKnocks: database.prepare('UPDATE knocks SET answered_at = ? WHERE seq IS NULL'),
    silentKeys: database.prepare(
      `SELECT rooms.room, public_key FROM registrations JOIN rooms ON rooms.number = registrations.room
       WHERE answered_at < ? LIMIT ?`,
    ),
    silentKnocks: database.prepare(
      `SELECT rooms.room, id FROM knocks JOIN rooms ON rooms.number = knocks.room
       WHERE seq IS NULL AND answered_at < ? LIMIT ?`,
    ),
  };
  return {
    record: (answers) => {
      for (const { room, key, at } of answers) {
        const { changes } = sql.key.run(at, room, key);
        if (changes === 0) sql.knock.run(at, room, key);
      }
    },
    restartGrace: (at) => {
      sql.allKeys.run(at);
      sql.allKnocks.run(at);
    },
    silent: (before, limit) => {
      const keys = sql.silentKeys.all(before, limit).map(
        (row): Silent => ({
          kind: 'registration',
          room: bytesOf(row, 'room'),
          publicKey: bytesOf(row, 'public_key'),
        }),
      );
      const knocks = sql.silentKnocks
        .all(before, limit - keys.length)
        .map((row): Silent => ({ kind: 'knock', room: bytesOf(row, 'room'), id: bytesOf(row, 'id') }));
      return [...keys, ...knocks];
    },
  };
}
