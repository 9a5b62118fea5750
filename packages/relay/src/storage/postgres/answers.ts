import type { Answer, Storage } from '../storage.ts';
import { bytesArray, numberArray } from './arrays.ts';
import type { Lane } from './lane.ts';
import { bytesOfId } from './loadFacts.ts';

/** When somebody last answered for each waiting knock (rule N4), on whatever node. */
export function createAnswers(lane: Lane): Pick<Storage, 'recordAnswers' | 'restartGrace' | 'silent'> {
  return {
    recordAnswers: (answers) => record(lane, answers),

    async restartGrace(at) {
      await lane.alone(
        (sql) => sql`UPDATE knocks SET answered_at = ${at} WHERE seq IS NULL AND answered_at < ${at}`,
      );
    },

    async silent(before, limit) {
      const rows = await lane.alone(
        (sql) => sql<{ room: Buffer; id: string }[]>`
          SELECT r.room, k.id FROM knocks k JOIN rooms r ON r.number = k.room
          WHERE k.seq IS NULL AND k.answered_at < ${before} LIMIT ${limit}`,
      );
      return rows.map(({ room, id }) => ({ room, id: bytesOfId(id) }));
    },
  };
}

/** A late answer does not set an earlier time. */
async function record(lane: Lane, answers: readonly Answer[]): Promise<void> {
  if (answers.length === 0) return;
  const rooms = bytesArray(answers.map(({ room }) => room));
  const keys = bytesArray(answers.map(({ keyPackageRef }) => keyPackageRef));
  const times = numberArray(answers.map(({ at }) => at));
  await lane.alone(
    (sql) => sql`
      WITH answered AS MATERIALIZED (
        SELECT r.number AS room, a.key, max(a.at) AS at
        FROM unnest(${rooms}::bytea[], ${keys}::bytea[], ${times}::int8[]) a (room, key, at)
        JOIN rooms r ON r.room = a.room GROUP BY r.number, a.key
      )
      UPDATE knocks k SET answered_at = a.at FROM answered a
      WHERE k.room = a.room AND k.key_package_ref = a.key AND k.seq IS NULL AND k.answered_at < a.at`,
  );
}
