import type { Answer, Silent, Storage } from '../storage.ts';
import { bytesArray, numberArray } from './arrays.ts';
import type { Lane } from './lane.ts';
import { bytesOfId } from './loadFacts.ts';

/** When somebody last answered for each registered key and each waiting knock (rules K6 and N4), on whatever node. */
export function createAnswers(lane: Lane): Pick<Storage, 'recordAnswers' | 'restartGrace' | 'silent'> {
  return {
    recordAnswers: (answers) => record(lane, answers),

    async restartGrace(at) {
      await lane.alone(
        (sql) => sql`
          WITH keys AS (UPDATE registrations SET answered_at = ${at} WHERE answered_at < ${at})
          UPDATE knocks SET answered_at = ${at} WHERE seq IS NULL AND answered_at < ${at}`,
      );
    },

    async silent(before, limit) {
      const rows = await lane.alone(
        (sql) => sql<{ room: Buffer; public_key: Buffer; id: string | null }[]>`
          (SELECT r.room, s.public_key, NULL::uuid AS id FROM registrations s JOIN rooms r ON r.number = s.room
            WHERE s.answered_at < ${before} LIMIT ${limit})
          UNION ALL
          (SELECT r.room, NULL, k.id FROM knocks k JOIN rooms r ON r.number = k.room
            WHERE k.seq IS NULL AND k.answered_at < ${before} LIMIT ${limit})
          LIMIT ${limit}`,
      );
      return rows.map(
        ({ room, public_key, id }): Silent =>
          id === null
            ? { kind: 'registration', room, publicKey: public_key }
            : { kind: 'knock', room, id: bytesOfId(id) },
      );
    },
  };
}

/** A late answer does not set an earlier time. */
async function record(lane: Lane, answers: readonly Answer[]): Promise<void> {
  if (answers.length === 0) return;
  const rooms = bytesArray(answers.map(({ room }) => room));
  const keys = bytesArray(answers.map(({ key }) => key));
  const times = numberArray(answers.map(({ at }) => at));
  await lane.alone(
    (sql) => sql`
      WITH answered AS MATERIALIZED (
        SELECT r.number AS room, a.key, max(a.at) AS at
        FROM unnest(${rooms}::bytea[], ${keys}::bytea[], ${times}::int8[]) a (room, key, at)
        JOIN rooms r ON r.room = a.room GROUP BY r.number, a.key
      ), kept AS (
        UPDATE registrations s SET answered_at = a.at FROM answered a
        WHERE s.room = a.room AND s.public_key = a.key AND s.answered_at < a.at
      )
      UPDATE knocks k SET answered_at = a.at FROM answered a
      WHERE k.room = a.room AND k.key_package_ref = a.key AND k.seq IS NULL AND k.answered_at < a.at`,
  );
}
