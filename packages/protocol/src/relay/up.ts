import { z } from 'zod';
import { boundedBytes, entryId, fixedBytes, publicKey, roomId } from '../bytes.ts';
import { limits } from '../limits.ts';
import { entry, epoch, registration, seq, slice } from './entry.ts';

/** `seq` of an entry, or 0. */
const head = z.union([seq, z.literal(0)]);
const floor = z
  .number()
  .int()
  .positive()
  .max(2 ** 40);
const keys = z.array(publicKey).max(limits.keysPerAnswer);
const sealed = boundedBytes(limits.sealed);
const nothing = z.object({});

/**
 * Proxy → relay: the table of contents of the wire. Each is a Socket.IO event with one argument (`request`) and
 * an acknowledgement (`Result` of `response`).
 *
 * `signature` is Ed25519 by the room's access key over `enterRoomMessage(challenge, room)`.
 */
export const relayUp = {
  /** Make a room known to the relay. The same room with the same access key again is not an error. */
  createRoom: {
    request: z.object({ room: roomId, accessKey: publicKey, signature: fixedBytes(64) }),
    response: nothing,
  },
  /** Prove knowledge of the room secret; from here on the connection reads and writes this room, live. */
  enterRoom: {
    request: z.object({ room: roomId, signature: fixedBytes(64), keys }),
    response: z.object({
      /** `seq` of the newest entry; 0 for an empty log. */
      head,
      /** `seq` of the oldest entry that is still kept, `head + 1` when none is. */
      floor,
      epoch,
      registrations: z.array(registration).max(limits.recipients + 1),
      roomInfo: sealed.optional(),
      marks: z.array(z.object({ publicKey, sealed })).max(limits.recipients + 1),
      online: z.array(publicKey).max(limits.recipients + 1),
    }),
  },
  /** Stop receiving a room's live events on this connection. */
  exitRoom: { request: z.object({ room: roomId }), response: nothing },
  /** Key registration: becomes an entry; the same public key again replaces its profile. */
  registerKey: {
    request: z.object({ room: roomId, id: entryId, ...registration.shape }),
    response: z.object({ seq, epoch }),
  },
  /** Leave: removes a key that this connection answers for. */
  removeKey: {
    request: z.object({ room: roomId, id: entryId, publicKey }),
    response: z.object({ seq, epoch }),
  },
  /** The answer to `keyCleanup`: the public keys whose private keys this proxy holds. */
  allKeys: { request: z.object({ room: roomId, keys }), response: nothing },
  /**
   * Append an envelope. Acknowledged when it is on disk; the same `id` again is answered with the same `seq`.
   * `epochConflict` when the set of keys changed since `epoch`: fetch, seal anew under the same id, append.
   */
  append: {
    request: z.object({
      room: roomId,
      id: entryId,
      epoch,
      from: publicKey,
      slices: z.array(slice).max(limits.recipients),
      body: boundedBytes(limits.body).optional(),
    }),
    response: z.object({ seq }),
  },
  /** Entries after a place, oldest first, with the reader's own slices. */
  fetch: {
    request: z.object({
      room: roomId,
      after: head,
      limit: z.number().int().positive().max(limits.fetchEntries),
    }),
    response: z.object({ entries: z.array(entry), head, floor }),
  },
  /** Replace the sealed room info (the room's name) that joiners are given. */
  putRoomInfo: { request: z.object({ room: roomId, sealed }), response: nothing },
  /** Replace this key's mark (sealed: up to which `seq` it has received). Kept, latest wins. */
  mark: { request: z.object({ room: roomId, publicKey, sealed }), response: nothing },
  /** Fan out and forget (sealed: typing). */
  volatile: { request: z.object({ room: roomId, sealed }), response: nothing },
} as const;

export type RelayUp = typeof relayUp;
export type RelayUpEvent = keyof RelayUp;
export type RelayRequest<Event extends RelayUpEvent> = z.infer<RelayUp[Event]['request']>;
export type RelayResponse<Event extends RelayUpEvent> = z.infer<RelayUp[Event]['response']>;

const enterRoomLabel = new TextEncoder().encode('otr-chatroom enter room v1');

/** What the access key signs: label ‖ the connection's challenge (32 bytes) ‖ room id (16 bytes). */
export function enterRoomMessage(challenge: Uint8Array, room: Uint8Array): Uint8Array {
  const message = new Uint8Array(enterRoomLabel.length + challenge.length + room.length);
  message.set(enterRoomLabel);
  message.set(challenge, enterRoomLabel.length);
  message.set(room, enterRoomLabel.length + challenge.length);
  return message;
}
