import { limits, ok, refuse } from '@otr/protocol';
import { fromMapKey } from '../bytes.ts';
import { type Handle, placed } from './route.ts';

/** Rules L1 to L5 and L7; most of them are decided where the entry is stored. */
export const append: Handle<'append'> = (relay, connection, request, answer) => {
  const { room, id, from } = request;
  if (!relay.live.answersFor(connection, room, from)) {
    const known = relay.storage.findEntry(room, id);
    if (known) return answer(ok({ seq: known.seq }));
    return answer(
      relay.storage.isRegistered(room, from)
        ? refuse('notAuthorised', 'This connection does not answer for the key it sends from.')
        : refuse('keyNotRegistered', 'The key it sends from is not registered in the room.'),
    );
  }
  relay.batch.submit({ kind: 'envelope', ...request }, (written) => {
    const result = placed(written);
    answer(result.ok ? ok({ seq: result.value.seq }) : result);
  });
};

/** Entries after a place, up to half a frame, with the reader's own slices (rule L5). */
export const fetch: Handle<'fetch'> = (relay, connection, request, answer) => {
  const keys = relay.live.keysOf(connection, request.room).map(fromMapKey);
  answer(ok(relay.storage.fetch({ ...request, keys, maxBytes: limits.relayFrame / 2 })));
};
