import { z } from 'zod';
import { boundedBytes, entryId, fixedBytes, roomId } from '../bytes.ts';
import { limits } from '../limits.ts';
import { seq } from './entry.ts';
import { knock } from './knock.ts';
import { packedEntry } from './packedEntry.ts';

/**
 * Relay → proxy: events with one argument and no acknowledgement. All but `challenge` and `keyCleanup` are
 * hints: who loses one finds the truth in the log (`fetch`), or by the next `enterRoom` or `knock`.
 */
export const relayDown = {
  /** The first event of every connection: 32 random bytes to be signed by each room's access key. */
  challenge: z.object({ nonce: fixedBytes(32) }),
  /** New entries of an entered room, in order, as one batch, in a frame of their own (rule W5). */
  entries: z.object({ room: roomId, entries: z.array(packedEntry).min(1) }),
  /** Asks for `allKeys`: a waiting knock whose key package nobody answers for is dropped after the grace period. */
  keyCleanup: z.object({ room: roomId }),
  /** Another member's volatile message, of the room's current epoch. */
  volatile: z.object({ room: roomId, sealed: boundedBytes(limits.sealed) }),
  /** Somebody knocks: sent to the members. */
  knock: z.object({ room: roomId, knock }),
  /** A knock waits no longer, whatever the reason: sent to the members. */
  knockEnded: z.object({ room: roomId, id: entryId }),
  /** Sent to the one who knocked: a commit at `seq` lets it in. */
  welcome: z.object({ room: roomId, id: entryId, seq, sealed: boundedBytes(limits.welcome) }),
  /** Sent to the one who knocked: nobody will answer this knock. */
  knockDismissed: z.object({ room: roomId, id: entryId }),
} as const;

export type RelayDown = typeof relayDown;
export type RelayDownEvent = keyof RelayDown;
/** As the proxy has parsed it. */
export type RelayMessage<Event extends RelayDownEvent> = z.output<RelayDown[Event]>;
/** As the relay sends it. */
export type RelayMessageSent<Event extends RelayDownEvent> = z.input<RelayDown[Event]>;
