import { ok, refuse } from '@otr/protocol';
import { mapKey } from '../bytes.ts';
import { announcePresence } from '../presence.ts';
import { type Handle, placed } from './route.ts';

/** Key registration. From here on the connection answers for the key. */
export const registerKey: Handle<'registerKey'> = (relay, connection, request, answer) => {
  const { room, publicKey } = request;
  relay.batch.submit({ kind: 'registerKey', ...request }, (written) => {
    answer(placed(written));
    if (written.outcome === 'refused' || !connection.hasEntered(room)) return;
    relay.cleanup.answered(room, [publicKey]);
    const { went } = relay.live.answerAlso(connection, room, publicKey);
    const came = relay.live.isOnline(room, publicKey) ? [mapKey(publicKey)] : [];
    announcePresence(relay, room, { came, went }, connection.id);
  });
};

/** Leaving. Only for a key that the connection answers for. */
export const removeKey: Handle<'removeKey'> = (relay, connection, request, answer) => {
  const { room, id, publicKey } = request;
  const known = relay.storage.findEntry(room, id);
  if (known) return answer(ok(known));
  if (!relay.live.answersFor(connection, room, publicKey)) {
    return answer(refuse('notAuthorised', 'This connection does not answer for the key.'));
  }
  relay.batch.submit({ kind: 'removeKey', reason: 'left', ...request }, (written) => answer(placed(written)));
};

/** The answer to `keyCleanup` (rule K5). */
export const allKeys: Handle<'allKeys'> = (relay, connection, request, answer) => {
  const { room, keys } = request;
  relay.cleanup.answered(room, keys);
  const change = relay.live.answer(connection, room, keys);
  answer(ok({}));
  announcePresence(relay, room, change, connection.id);
};
