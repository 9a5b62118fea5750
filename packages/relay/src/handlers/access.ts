import { ok, refuse } from '@otr/protocol';
import { provesAccess } from '../accessKey.ts';
import { leaveRoom } from '../membership.ts';
import { announcePresence } from '../presence.ts';
import { type Handle, stored } from './route.ts';

/** Rules S3 and S5. */
export const createRoom: Handle<'createRoom'> = (relay, connection, request, answer) => {
  const { room, accessKey, signature } = request;
  if (!provesAccess(accessKey, { challenge: connection.challenge, room, signature })) {
    return answer(notProven());
  }
  relay.batch.submit({ kind: 'createRoom', room, accessKey }, (written) => answer(stored(written)));
};

/** Rule S3. The snapshot and the joining of live delivery are one step: no entry falls in between. */
export const enterRoom: Handle<'enterRoom'> = (relay, connection, request, answer) => {
  const { room, signature, keys } = request;
  // A createRoom of the same turn counts, and what was appended before is in the snapshot.
  relay.batch.flush();
  const accessKey = relay.storage.accessKey(room);
  if (accessKey === undefined) {
    return answer(
      refuse(
        'roomNotFound',
        'The relay does not know this room. It may have lost it, or the link is of another relay: ask for a new one.',
      ),
    );
  }
  if (!provesAccess(accessKey, { challenge: connection.challenge, room, signature })) {
    return answer(notProven());
  }
  const { roomsPerConnection } = relay.limits;
  if (!connection.hasEntered(room) && connection.rooms.length >= roomsPerConnection) {
    return answer(refuse('tooManyRooms', `A connection can enter ${roomsPerConnection} rooms at most.`));
  }
  const snapshot = relay.storage.snapshot(room);
  if (snapshot === undefined) throw new Error('a room without a snapshot');
  connection.entered(room);
  const change = relay.live.enter(connection, room, keys);
  relay.cleanup.answered(room, keys);
  const online = snapshot.registrations
    .map(({ publicKey }) => publicKey)
    .filter((publicKey) => relay.live.isOnline(room, publicKey));
  answer(ok({ ...snapshot, online }));
  announcePresence(relay, room, change, connection.id);
};

export const exitRoom: Handle<'exitRoom'> = (relay, connection, request, answer) => {
  leaveRoom(relay, connection, request.room);
  answer(ok({}));
};

function notProven() {
  return refuse('notAuthorised', "The signature does not prove the room's secret on this connection.");
}
