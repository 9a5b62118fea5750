import type { DatabaseSync } from 'node:sqlite';
import type { Answer, Silent } from '../storage.ts';
import { bytesOf } from './rows.ts';

export interface Answers {
  record(answers: readonly Answer[]): void;
  restartGrace(at: number): void;
  silent(before: number, limit: number): Silent[];
}

/** When somebody last answered for each waiting knock (rule N4). */
export function preparedAnswers(database: DatabaseSync): Answers {
  const sql = {
    one: database.prepare(
      `UPDATE knocks SET answered_at = ?
       WHERE room = (SELECT number FROM rooms WHERE room = ?) AND seq IS NULL AND key_package_ref = ?`,
    ),
    all: database.prepare('UPDATE knocks SET answered_at = ? WHERE seq IS NULL'),
    silent: database.prepare(
      `SELECT rooms.room, id FROM knocks JOIN rooms ON rooms.number = knocks.room
       WHERE seq IS NULL AND answered_at < ? LIMIT ?`,
    ),
  };
  return {
    record: (answers) => {
      for (const { room, keyPackageRef, at } of answers) sql.one.run(at, room, keyPackageRef);
    },
    restartGrace: (at) => {
      sql.all.run(at);
    },
    silent: (before, limit) =>
      sql.silent
        .all(before, limit)
        .map((row): Silent => ({ room: bytesOf(row, 'room'), id: bytesOf(row, 'id') })),
  };
}
