import {
  type Member,
  type MessageRow,
  type NoticeRow,
  ordersPerSeq,
  type Profile,
  type RoomDetails,
  type RoomSummary,
  unsentOrder,
} from '@otr/protocol';

export const room = 'AAAAAAAAAAAAAAAAAAAAAA';
export const otherRoom = 'BBBBBBBBBBBBBBBBBBBBBB';

/** A message of somebody else at a place in the log. */
export function message(seq: number, more: Partial<MessageRow> = {}): MessageRow {
  return {
    kind: 'message',
    room,
    id: `id-${seq}`,
    order: seq * ordersPerSeq,
    seq,
    at: 1_700_000_000_000 + seq * 1_000,
    from: 'b',
    name: 'Bob',
    own: false,
    text: `text ${seq}`,
    delivery: 'relay',
    ...more,
  };
}

/** An own message that the relay has not acknowledged; the `place`th of its kind. */
export function unsent(id: string, place: number): MessageRow {
  return message(0, {
    id,
    order: unsentOrder + place,
    seq: null,
    own: true,
    from: 'a',
    name: 'Ada',
    delivery: 'saved',
  });
}

export function notice(seq: number): NoticeRow {
  const { id, order, at } = message(seq);
  return { kind: 'notice', room, id, order, seq, at, event: 'joined', data: { name: 'Bob' } };
}

export function summary(id: string, more: Partial<RoomSummary> = {}): RoomSummary {
  return {
    room: id,
    name: 'Tea',
    state: 'joined',
    me: null,
    rights: { invite: true, remove: true, change: true },
    disappearAfter: 0,
    knocks: 0,
    memberCount: 2,
    unread: 0,
    readOrder: 0,
    queued: 0,
    draft: '',
    at: 0,
    lastLine: null,
    alarm: false,
    offTheRecord: false,
    trust: { verified: 0, unverified: 1, unknown: 0, changed: 0 },
    ...more,
  };
}

export function member(key: string, more: Partial<Member> = {}): Member {
  return {
    ...{ key, name: key, self: false, online: true, admin: false },
    ...{ received: 0, read: null, trust: 'unverified', verified: null },
    ...more,
  };
}

export const ada: Profile = { name: 'Ada', ephemeral: false, tellRead: true, tellTyping: true };

export function details(id: string, more: Partial<RoomDetails> = {}): RoomDetails {
  return {
    room: id,
    suite: 'X-Wing',
    epoch: 3,
    memberCount: 2,
    keysRenewedAt: null,
    renewalPending: false,
    disappearAfter: 0,
    roles: { invite: 'everyone', remove: 'everyone', change: 'everyone' },
    invites: [],
    knocks: [],
    ...more,
  };
}
