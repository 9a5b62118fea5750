import type { Member, RoomSummary } from '@otr/protocol';
import { orderOf } from '../machine/rows.ts';
import type { LiveSigns } from './liveSigns.ts';
import { isRegistered, type RoomMemory, type RoomParts } from './roomParts.ts';

/** What of the timeline is shown in the list of rooms; kept, so that it isn't counted anew for each row. */
export interface TimelineDigest {
  readonly unread: number;
  readonly lastLine: RoomSummary['lastLine'];
}

export function readTimelineDigest(parts: RoomParts, readOrder: number): TimelineDigest {
  const unread = parts.store.timeline.countAfter(parts.number, readOrder);
  return { unread, lastLine: readLastLine(parts) };
}

export function readLastLine({ store, number }: RoomParts): RoomSummary['lastLine'] {
  const row = store.timeline.lastMessage(number);
  // The list shows one line: the rest of a long message would only travel.
  return row?.kind === 'message' ? { name: row.name, text: row.text.slice(0, 200), own: row.own } : null;
}

export function summaryOf(parts: RoomParts, memory: RoomMemory, digest: TimelineDigest): RoomSummary {
  const { stored, log, outbox } = memory;
  const reason = stored.reason ?? outbox.problem?.message ?? null;
  return {
    room: parts.ref,
    name: stored.name,
    state: stateOf(memory),
    ...(reason !== null && { reason: reason.slice(0, 500) }),
    me: isRegistered(memory) ? (log?.me ?? null) : null,
    memberCount: log?.members.size ?? 0,
    unread: digest.unread,
    readOrder: stored.readOrder,
    queued: queuedIn(memory),
    draft: stored.draft,
    at: stored.at,
    lastLine: digest.lastLine,
    alarm: stored.alarm,
  };
}

export function membersOf(parts: RoomParts, memory: RoomMemory, signs: LiveSigns): Member[] {
  const { log } = memory;
  if (!log) return [];
  const names = parts.names(log.members);
  return [...log.members.keys()].map((key) => {
    const self = key === log.me;
    return {
      key,
      name: names.get(key) ?? '',
      self,
      online: self ? memory.sync.phase !== 'away' : signs.isOnline(key),
      received: self ? log.cursor : Math.min(signs.received(key), log.cursor),
    };
  });
}

/** Own messages that the relay has not acknowledged. */
export function queuedIn({ outbox }: RoomMemory): number {
  return outbox.items.filter(({ acknowledged }) => acknowledged === null).length;
}

/** Rows that are not yet at a place in the log have orders above all: what comes must not be marked as read. */
export function readableOrder(memory: RoomMemory, order: number): number {
  return Math.min(order, orderOf((memory.log?.cursor ?? 0) + 1) - 1);
}

function stateOf(memory: RoomMemory): RoomSummary['state'] {
  if (memory.stored.reason !== null) return 'stopped';
  if (memory.log?.joinedAt != null) return 'joined';
  return memory.stored.createdHere ? 'creating' : 'joining';
}
