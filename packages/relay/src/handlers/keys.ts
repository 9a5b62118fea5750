import { ok } from '@otr/protocol';
import { mapKey } from '../bytes.ts';
import { announcePresence } from '../presence.ts';
import { byOf, type Handle, placed } from './route.ts';

/** Key registration. From here on the connection answers for the key. */
export const registerKey: Handle<'registerKey'> = async (relay, connection, request, answer) => {
  const { room, publicKey } = request;
  const by = byOf(relay, connection, room, publicKey);
  const written = await relay.batch.written({ kind: 'registerKey', ...request, by }, connection.id);
  answer(placed(written));
  if (written.outcome === 'refused' || !connection.hasEntered(room)) return;
  relay.cleanup.answered(room, [publicKey]);
  const { went } = relay.live.answerAlso(connection, room, publicKey);
  // It may have answered for the key before: then nobody was told, since it was not registered.
  await announcePresence(relay, room, { came: [mapKey(publicKey)], went }, connection.id);
};

/** Leaving. Only for a key that the connection answers for. */
export const removeKey: Handle<'removeKey'> = async (relay, connection, request, answer) => {
  const by = byOf(relay, connection, request.room, request.publicKey);
  answer(
    placed(await relay.batch.written({ kind: 'removeKey', reason: 'left', ...request, by }, connection.id)),
  );
};

/** The answer to `keyCleanup` (rules K5 and N4). */
export const allKeys: Handle<'allKeys'> = async (relay, connection, request, answer) => {
  const { room, keys } = request;
  if (connection.hasEntered(room)) relay.cleanup.answered(room, keys);
  const change = relay.live.answer(connection, room, keys);
  answer(ok({}));
  await announcePresence(relay, room, change, connection.id);
};
