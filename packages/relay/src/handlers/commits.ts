import { answerConflict } from './conflict.ts';
import { byOf, type Handle, placed } from './route.ts';

/** Rules L8, L9, N3 and A1; they are decided where the entry is stored. */
export const commit: Handle<'commit'> = (relay, connection, request, answer) => {
  const by = byOf(relay, connection, request.room);
  relay.batch.submit(
    { kind: 'commit', ...request, by },
    (written) => {
      const result = placed(written);
      if (result.ok) answer(result);
      else answerConflict(relay, connection, request, result, answer);
    },
    connection.id,
  );
};
