import { z } from 'zod';
import { boundedBytes, fixedBytes, publicKey, roomId } from '../bytes.ts';
import { limits } from '../limits.ts';
import { entry } from './entry.ts';

const sealed = boundedBytes(limits.sealed);

/**
 * Relay → proxy: events with one argument and no acknowledgement. All but `challenge` and `keyCleanup` are
 * hints: who loses one finds the truth in the log (`fetch`) or in the next `enterRoom`.
 */
export const relayDown = {
  /** The first event of every connection: 32 random bytes to be signed by each room's access key. */
  challenge: z.object({ nonce: fixedBytes(32) }),
  /** New entries of an entered room, in order, as one batch. */
  entries: z.object({ room: roomId, entries: z.array(entry).min(1) }),
  /** Asks for `allKeys`; a key that nobody answers for is removed after the grace period. */
  keyCleanup: z.object({ room: roomId }),
  /** Another member's mark. */
  mark: z.object({ room: roomId, publicKey, sealed }),
  /** Another member's volatile message. */
  volatile: z.object({ room: roomId, sealed }),
  /** A key's first connection came or its last one went. */
  presence: z.object({ room: roomId, publicKey, online: z.boolean() }),
} as const;

export type RelayDown = typeof relayDown;
export type RelayDownEvent = keyof RelayDown;
export type RelayMessage<Event extends RelayDownEvent> = z.infer<RelayDown[Event]>;
