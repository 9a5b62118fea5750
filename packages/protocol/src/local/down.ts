import { z } from 'zod';
import {
  member,
  memberRef,
  profile,
  relayStatus,
  roomDetails,
  roomRef,
  roomSummary,
  row,
  vault,
} from './model.ts';

/** Proxy → local client: events with one argument and no acknowledgement. */
export const localDown = {
  /** The first event of every connection to a locked profile, and whenever it is locked; `snapshot` follows once it is open. */
  vault,
  /** The first event of every connection to an open profile: the whole state but the timelines. */
  snapshot: z.object({ version: z.string(), profile, relay: relayStatus, rooms: z.array(roomSummary) }),
  profile,
  relay: relayStatus,
  /** A room is new or its summary changed. */
  room: roomSummary,
  roomGone: z.object({ room: roomRef }),
  /** New rows, and rows that changed (same id; its order may have changed too). */
  rows: z.object({ room: roomRef, rows: z.array(row).min(1) }),
  members: z.object({ room: roomRef, members: z.array(member) }),
  /** A room's settings, invites or knocks changed. */
  details: roomDetails,
  /** Rows that are no more: their time was over. */
  rowsGone: z.object({ room: roomRef, ids: z.array(z.string().max(64)).min(1) }),
  /** How an exchange of words with a member goes. `asked`: it reads words out, and waits for us to enter them. */
  words: z.object({
    room: roomRef,
    member: memberRef,
    name: z.string(),
    state: z.enum(['asked', 'verified', 'wrong', 'stopped']),
  }),
  /** Somebody else is typing; fades after a few seconds. */
  typing: z.object({ room: roomRef, key: memberRef, name: z.string() }),
} as const;

export type LocalDown = typeof localDown;
export type LocalDownEvent = keyof LocalDown;
export type LocalMessage<Event extends LocalDownEvent> = z.infer<LocalDown[Event]>;
/** One event with its name: how events travel inside a process. */
export type LocalEvent = {
  [Event in LocalDownEvent]: { event: Event; data: LocalMessage<Event> };
}[LocalDownEvent];
