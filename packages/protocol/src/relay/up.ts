import { z } from 'zod';
import { boundedBytes, entryId, fixedBytes, publicKey, roomId } from '../bytes.ts';
import { limits } from '../limits.ts';
import { wireError } from '../result.ts';
import { epoch, seq, slice } from './entry.ts';
import { invite, knock } from './knock.ts';
import { packedEntry } from './packedEntry.ts';

/** `seq` of an entry, or 0. */
const head = z.union([seq, z.literal(0)]);
const floor = z
  .number()
  .int()
  .positive()
  .max(2 ** 40);
const keys = z.array(publicKey).max(limits.keysPerAnswer);
const nothing = z.object({});
const signature = fixedBytes(64);
const place = z.object({ seq, epoch });

/**
 * Proxy → relay: the table of contents of the wire. Each is a Socket.IO event with one argument (`request`) and
 * an acknowledgement (`RelayResult` of `response`).
 *
 * `signature` is Ed25519 over `enterRoomMessage(challenge, room)` by the access key that the request names, or over
 * `knockMessage(challenge, room)` by the invite.
 */
export const relayUp = {
  /** Make a room known to the relay. The same room with the same access key again is not an error. */
  createRoom: {
    request: z.object({ room: roomId, accessKey: publicKey, signature }),
    response: nothing,
  },
  /**
   * Prove to be a member of an epoch; from here on the connection reads and writes this room, live. Done again with the
   * next access key after each commit (rule A6). Slices to these `keys` are given, no others. With a former epoch's
   * access key the connection reads up to the commit that ended that epoch, and nothing else (rule A4).
   */
  enterRoom: {
    request: z.object({ room: roomId, accessKey: publicKey, signature, keys }),
    response: z.object({
      /** `seq` of the newest entry that this access key opens; 0 for an empty log. */
      head,
      /** `seq` of the oldest entry that is still kept, `head + 1` when none is. */
      floor,
      epoch,
      /** Whether a commit has ended this access key's epoch; it is the entry at `head`. */
      ended: z.boolean(),
      /** Who waits to be let in, the longest first; not more than fit in half a frame. */
      knocks: z.array(knock).max(limits.waitingKnocks),
    }),
  },
  /** Stop receiving a room's live events on this connection. */
  exitRoom: { request: z.object({ room: roomId }), response: nothing },
  /** The answer to `keyCleanup`: the references of waiting key packages whose private keys this proxy holds. */
  allKeys: { request: z.object({ room: roomId, keys }), response: nothing },
  /**
   * Append a message, in a frame of its own (rule W5). Acknowledged when it is on disk; the same `id` again is
   * answered with the same `seq`. `epochConflict` when `epoch` is not the room's: it carries the entries after `seen`;
   * seal anew under the same id, append.
   */
  append: {
    request: z.object({
      room: roomId,
      id: entryId,
      epoch,
      /** The newest entry that the sender has processed. */
      seen: head,
      /** For single readers, each for another key. */
      slices: z.array(slice).max(limits.recipients),
      body: boundedBytes(limits.body),
    }),
    response: z.object({ seq }),
  },
  /**
   * Append a commit, if `epoch` is still the room's: exactly one commit ends an epoch (rule L8). `accessKey` opens the
   * next epoch. The knocks in `welcomes` wait no longer. Refusals as those of `append`.
   */
  commit: {
    request: z.object({
      room: roomId,
      id: entryId,
      epoch,
      seen: head,
      accessKey: publicKey,
      body: boundedBytes(limits.commit),
      welcomes: z
        .array(z.object({ knock: entryId, sealed: boundedBytes(limits.welcome) }))
        .max(limits.welcomesPerCommit),
    }),
    response: place,
  },
  /** Entries after a place, oldest first, with the reader's own slices. */
  fetch: {
    request: z.object({
      room: roomId,
      after: head,
      limit: z.number().int().positive().max(limits.fetchEntries),
    }),
    response: z.object({ entries: z.array(packedEntry), head, floor }),
  },
  /** Fan out to the members of the current epoch and forget (sealed: who is online, received, read, types). */
  volatile: { request: z.object({ room: roomId, sealed: boundedBytes(limits.sealed) }), response: nothing },
  /** Entries of this room are kept for so many milliseconds, at most as long as the relay keeps any; 0: as long. */
  setRetention: {
    request: z.object({
      room: roomId,
      milliseconds: z
        .number()
        .int()
        .nonnegative()
        .max(2 ** 40),
    }),
    response: nothing,
  },
  /** Let holders of this invite knock, until it is removed. */
  putInvite: { request: z.object({ room: roomId, invite }), response: nothing },
  /** Its waiting knocks end with it. */
  removeInvite: { request: z.object({ room: roomId, invite }), response: nothing },
  /**
   * Ask to be let in, without having entered the room; the same `id` again asks what became of it. Waits while the
   * connection lasts, and after that until the key cleanup.
   */
  knock: {
    request: z.object({ room: roomId, signature, ...knock.shape }),
    response: z.discriminatedUnion('state', [
      z.object({ state: z.literal('waiting') }),
      z.object({ state: z.literal('admitted'), seq, sealed: boundedBytes(limits.welcome) }),
    ]),
  },
  /** The joiner gives up, on a connection that made the knock. */
  withdrawKnock: { request: z.object({ room: roomId, id: entryId }), response: nothing },
  /** A member says no. */
  dismissKnock: { request: z.object({ room: roomId, id: entryId }), response: nothing },
} as const;

export type RelayUp = typeof relayUp;
export type RelayUpEvent = keyof RelayUp;
export type RelayRequest<Event extends RelayUpEvent> = z.output<RelayUp[Event]['request']>;
/** As the proxy has parsed it. */
export type RelayResponse<Event extends RelayUpEvent> = z.output<RelayUp[Event]['response']>;
/** As the relay sends it. */
export type RelayResponseSent<Event extends RelayUpEvent> = z.input<RelayUp[Event]['response']>;

/** A refusal on the relay wire. */
export const relayError = wireError.extend({
  /** What was missed (`epochConflict`): the entries after the request's `seen` that this connection may read. */
  missed: z.array(packedEntry).optional(),
});

/** The answer to every request on the relay wire. */
export type RelayResult<Event extends RelayUpEvent> =
  | { ok: true; value: RelayResponse<Event> }
  | { ok: false; error: z.output<typeof relayError> };
/** As the relay sends it. */
export type RelayResultSent<Event extends RelayUpEvent> =
  | { ok: true; value: RelayResponseSent<Event> }
  | { ok: false; error: z.input<typeof relayError> };

/** The schema of an answer on the relay wire. */
export function relayResultOf<Event extends RelayUpEvent>(event: Event) {
  return z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), value: relayUp[event].response }),
    z.object({ ok: z.literal(false), error: relayError }),
  ]);
}

const enterRoomLabel = new TextEncoder().encode('otr-chatroom enter room v1');
const knockLabel = new TextEncoder().encode('otr-chatroom knock v1');

/** What the access key signs: label ‖ the connection's challenge (32 bytes) ‖ room id (16 bytes). */
export function enterRoomMessage(challenge: Uint8Array, room: Uint8Array): Uint8Array {
  return joined(enterRoomLabel, challenge, room);
}

/** What the invite's private key signs: label ‖ the connection's challenge (32 bytes) ‖ room id (16 bytes). */
export function knockMessage(challenge: Uint8Array, room: Uint8Array): Uint8Array {
  return joined(knockLabel, challenge, room);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const message = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    message.set(part, offset);
    offset += part.length;
  }
  return message;
}
