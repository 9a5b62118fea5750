import { limits, ok } from '@otr/protocol';
import { fromMapKey } from '../bytes.ts';
import { asSent } from '../storage/logEntry.ts';
import { answerConflict } from './conflict.ts';
import { byOf, type Handle, placed, stored } from './route.ts';

/** Rules L1 to L5, L7 and A3; they are decided where the entry is stored. */
export const append: Handle<'append'> = (relay, connection, request, answer) => {
  const { room, id, epoch, seen, slices, body } = request;
  const by = byOf(relay, connection, room);
  relay.batch.submit(
    { kind: 'append', room, id, epoch, seen, slices, body, by },
    (written) => {
      const result = placed(written);
      if (result.ok) answer(ok({ seq: result.value.seq }));
      else answerConflict(relay, connection, request, result, answer);
    },
    connection.id,
  );
};

/** Entries after a place, up to half a frame, as far as the reader's access goes, with its own slices (L5, A4). */
export const fetch: Handle<'fetch'> = async (relay, connection, request, answer) => {
  const { room, after, limit } = request;
  const keys = relay.live.keysOf(connection, room).map(fromMapKey);
  const access = relay.live.accessOf(connection, room) ?? -1;
  const fetched = await relay.storage.fetch({
    room,
    access,
    after,
    limit,
    maxBytes: limits.relayFrame / 2,
    keys,
  });
  relay.metrics.count('fetches');
  relay.metrics.count('entriesFetched', fetched.entries.length);
  answer(ok({ ...fetched, entries: fetched.entries.map(asSent) }));
};

/** Rule L11. */
export const setRetention: Handle<'setRetention'> = async (relay, connection, request, answer) => {
  const by = byOf(relay, connection, request.room);
  answer(stored(await relay.batch.written({ kind: 'setRetention', ...request, by }, connection.id)));
};
