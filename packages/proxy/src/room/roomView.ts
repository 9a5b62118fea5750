import type { Member, Rights, RoomSummary } from '@otr/protocol';
import { hasRight, isAdmin, type RoomView, viewOf } from '../core/group/view.ts';
import { toText } from '../core/text.ts';
import { orderOf } from '../machine/rows.ts';
import type { LiveSigns } from './liveSigns.ts';
import type { RoomMemory, RoomParts } from './roomParts.ts';
import { trustCount, trustIn } from './trustIn.ts';

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

export function summaryOf(
  parts: RoomParts,
  memory: RoomMemory,
  digest: TimelineDigest,
  knocks: number,
): RoomSummary {
  const { stored, group, outbox } = memory;
  const view = group && viewOf(group);
  const reason = stored.reason ?? outbox.problem?.message ?? null;
  return {
    room: parts.ref,
    name: stored.name,
    state: stateOf(memory),
    ...(reason !== null && { reason: reason.slice(0, 500) }),
    me: view?.me ?? null,
    rights: view ? rightsOf(view) : noRights,
    disappearAfter: view?.settings.disappearAfter ?? 0,
    knocks,
    offTheRecord: stored.offTheRecord,
    trust: trustCount(parts, memory),
    memberCount: view?.members.size ?? 0,
    unread: digest.unread,
    readOrder: stored.readOrder,
    queued: queuedIn(memory),
    draft: stored.draft,
    at: stored.at,
    lastLine: digest.lastLine,
    alarm: stored.alarm,
  };
}

const noRights: Rights = { invite: false, remove: false, change: false };

function rightsOf(view: RoomView): Rights {
  const may = (right: keyof Rights) => hasRight(view, view.me, right);
  return { invite: may('invite'), remove: may('remove'), change: may('change') };
}

export function membersOf(
  parts: RoomParts,
  memory: RoomMemory,
  signs: LiveSigns,
  asking: (id: string) => boolean,
): Member[] {
  const { group, log, who } = memory;
  if (!log || !group) return [];
  const view = viewOf(group);
  const names = parts.names(view);
  return [...view.members.values()].map((member) => {
    const { id: key } = member;
    const self = key === view.me;
    const asks = asking(key) ? 'words' : who.invited.has(key) ? 'invited' : undefined;
    return {
      key,
      name: names.get(key) ?? '',
      self,
      admin: isAdmin(view, key),
      online: self ? memory.sync.phase !== 'away' : signs.isOnline(key),
      received: self ? log.cursor : Math.min(signs.received(key), log.cursor),
      read: self ? null : signs.read(key),
      trust: trustIn(parts, memory, member),
      verified: self ? null : (parts.people.get(toText(member.identityKey))?.verified ?? null),
      ...(asks !== undefined && { asks }),
    };
  });
}

/** What a person here said and the relay has not acknowledged. */
export function queuedIn({ outbox }: RoomMemory): number {
  return outbox.items.filter(({ acknowledged, free }) => acknowledged === null && !free).length;
}

/** Rows that are not yet at a place in the log have orders above all: what comes must not be marked as read. */
export function readableOrder(memory: RoomMemory, order: number): number {
  return Math.min(order, orderOf((memory.log?.cursor ?? 0) + 1) - 1);
}

function stateOf({ stored }: RoomMemory): RoomSummary['state'] {
  switch (stored.standing) {
    case 'removed':
    case 'lost':
      return stored.standing;
    case 'creating':
    case 'joining':
    case 'member':
      if (stored.reason !== null) return 'stopped';
      return stored.standing === 'member' ? 'joined' : stored.standing;
  }
}
