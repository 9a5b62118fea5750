import { enterRoomMessage, ok, type RelayRequest, refuse } from '@otr/protocol';
import { provesKey } from '../accessKey.ts';
import type { Connection } from '../connection.ts';
import { hintNewest, leaveRoom } from '../membership.ts';
import type { RelayParts } from '../relayParts.ts';
import { type Handle, stored } from './route.ts';

/** How often a room is read for one who enters while more and more is delivered in it. */
const snapshotsAtMost = 4;

/** Rules S3 and S5. */
export const createRoom: Handle<'createRoom'> = async (relay, connection, request, answer) => {
  const { room, accessKey } = request;
  if (!proves(connection, request)) return answer(notProven());
  answer(stored(await relay.batch.written({ kind: 'createRoom', room, accessKey }, connection.id)));
};

/** Rules S3, A2, A4 and A6. */
export const enterRoom: Handle<'enterRoom'> = async (relay, connection, request, answer) => {
  const { room, accessKey } = request;
  // A createRoom of the same turn counts.
  await relay.batch.flush();
  const known = await relay.storage.findAccess(room, accessKey);
  if (known.found === 'nothing') {
    return answer(
      refuse(
        'roomNotFound',
        'The relay does not know this room. It may have lost it, or the link is of another relay: ask for a new one.',
      ),
    );
  }
  if (known.found === 'room' || !proves(connection, request)) return answer(notProven());
  const { roomsPerConnection } = relay.limits;
  if (!connection.hasEntered(room) && connection.rooms.length >= roomsPerConnection) {
    return answer(refuse('tooManyRooms', `A connection can enter ${roomsPerConnection} rooms at most.`));
  }
  await enterWith(relay, connection, request, known.access, answer);
};

/**
 * First this node follows the room, then it reads how things are: an entry in between is either in the snapshot or
 * comes live.
 */
async function enterWith(
  relay: RelayParts,
  connection: Connection,
  { room, keys }: RelayRequest<'enterRoom'>,
  access: number,
  answer: Parameters<Handle<'enterRoom'>>[3],
): Promise<void> {
  await relay.feed.join(room);
  try {
    const snapshot = await freshSnapshot(relay, room, access);
    if (connection.isOver) return;
    if (snapshot === undefined) throw new Error('a room without a snapshot');
    connection.entered(room);
    const reader = { access, after: snapshot.head, keys };
    relay.live.enter(connection, room, reader);
    // A commit has opened a later epoch than a former access key's, whether this node delivered it or not.
    relay.live.opened(room, snapshot.ended ? access + 1 : access);
    const isBehind = !snapshot.ended && relay.feed.entered(room, snapshot.head, access);
    answer(ok(snapshot));
    if (isBehind) await hintNewest(relay, connection, room);
  } finally {
    relay.feed.release(room, 'joining');
  }
}

/** Read anew when this node has delivered more meanwhile: a hole would cost whoever enters a fetch (rules A6, L6). */
async function freshSnapshot({ storage, feed }: RelayParts, room: Uint8Array, access: number) {
  for (let left = snapshotsAtMost; ; left -= 1) {
    const snapshot = await storage.snapshot(room, access);
    const isStale = snapshot !== undefined && !snapshot.ended && feed.isPast(room, snapshot.head);
    if (!isStale || left <= 1) return snapshot;
  }
}

export const exitRoom: Handle<'exitRoom'> = (relay, connection, request, answer) => {
  answer(ok({}));
  leaveRoom(relay, connection, request.room);
};

function proves(
  connection: Connection,
  { room, accessKey, signature }: { room: Uint8Array; accessKey: Uint8Array; signature: Uint8Array },
): boolean {
  return provesKey(accessKey, enterRoomMessage(connection.challenge, room), signature);
}

function notProven() {
  return refuse(
    'notAuthorised',
    'The signature does not prove an access key of this room on this connection.',
  );
}
