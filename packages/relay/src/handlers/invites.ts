import { knockMessage, ok, type RelayRequest, refuse } from '@otr/protocol';
import { provesKey } from '../accessKey.ts';
import { mapKey } from '../bytes.ts';
import type { Connection } from '../connection.ts';
import type { RelayParts } from '../relayParts.ts';
import type { Written } from '../storage/write.ts';
import { type Answer, byOf, type Handle, stored } from './route.ts';

/** Rule N1. */
export const putInvite: Handle<'putInvite'> = async (relay, connection, request, answer) => {
  const by = byOf(relay, connection, request.room);
  answer(stored(await relay.batch.written({ kind: 'putInvite', ...request, by }, connection.id)));
};

export const removeInvite: Handle<'removeInvite'> = async (relay, connection, request, answer) => {
  const by = byOf(relay, connection, request.room);
  answer(stored(await relay.batch.written({ kind: 'removeInvite', ...request, by }, connection.id)));
};

/** Rules N1 to N3. */
export const knock: Handle<'knock'> = async (relay, connection, request, answer) => {
  const { room, id, invite, signature } = request;
  if (!provesKey(invite, knockMessage(connection.challenge, room), signature)) {
    return answer(refuse('notAuthorised', 'The signature does not prove the invite on this connection.'));
  }
  const waiting = relay.live.knockOf(connection, room);
  if (waiting !== undefined && waiting !== mapKey(id)) {
    return answer(
      refuse('tooManyKnocks', 'This connection knocks at the room already. Withdraw that knock first.'),
    );
  }
  const { roomsPerConnection } = relay.limits;
  if (!connection.hasEntered(room) && connection.rooms.length >= roomsPerConnection) {
    return answer(refuse('tooManyRooms', `A connection can enter ${roomsPerConnection} rooms at most.`));
  }
  // Followed before it is written, so that no answer to it passes by.
  await relay.feed.join(room);
  try {
    if (connection.isOver) return;
    connection.entered(room);
    relay.live.knock(connection, room, id);
    await settleKnock(relay, connection, request, answer);
  } finally {
    relay.feed.release(room, 'joining');
  }
};

async function settleKnock(
  relay: RelayParts,
  connection: Connection,
  { signature: _proven, ...request }: RelayRequest<'knock'>,
  answer: Answer<'knock'>,
): Promise<void> {
  const { room, id, keyPackageRef } = request;
  const written = await relay.batch.written({ kind: 'knock', ...request }, connection.id);
  answer(knockResult(written));
  if (written.outcome === 'stored') relay.cleanup.answered(room, [keyPackageRef]);
  else stopWaiting(relay, connection, room, id);
}

/** The answer to `keyCleanup` (rule N4): of members, and of who knocks and has entered nothing. */
export const allKeys: Handle<'allKeys'> = (relay, connection, { room, keys }, answer) => {
  if (connection.hasEntered(room)) relay.cleanup.answered(room, keys);
  answer(ok({}));
};

/** On the connection that knocks. */
export const withdrawKnock: Handle<'withdrawKnock'> = async (relay, connection, request, answer) => {
  const { room, id } = request;
  if (relay.live.knocker(room, id) !== connection) {
    return answer(refuse('knockNotFound', 'This connection has no such knock.'));
  }
  stopWaiting(relay, connection, room, id);
  answer(stored(await relay.batch.written({ kind: 'dismissKnock', room, id, by: 'relay' }, connection.id)));
};

export const dismissKnock: Handle<'dismissKnock'> = async (relay, connection, request, answer) => {
  const by = byOf(relay, connection, request.room);
  answer(stored(await relay.batch.written({ kind: 'dismissKnock', ...request, by }, connection.id)));
};

/** A connection that waited and has not entered has nothing more to do with the room. */
function stopWaiting(relay: RelayParts, connection: Connection, room: Uint8Array, id: Uint8Array): void {
  relay.live.knockEnded(room, id);
  if (relay.live.accessOf(connection, room) === undefined) connection.exited(room);
  relay.feed.release(room, 'listening');
}

function knockResult(written: Written): Parameters<Answer<'knock'>>[0] {
  switch (written.outcome) {
    case 'stored':
      return ok({ state: 'waiting' });
    case 'admitted':
      return ok({ state: 'admitted', seq: written.seq, sealed: written.sealed });
    case 'refused':
      return { ok: false, error: written.error };
    case 'appended':
    case 'known':
      throw new TypeError('a knock has no place');
  }
}
