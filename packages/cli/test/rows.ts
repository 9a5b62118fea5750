import {
  type Member,
  type MessageRow,
  ordersPerSeq,
  type RoomDetails,
  type RoomSummary,
} from '@otr/protocol';

export const room = 'A'.repeat(22);
export const ann = `a${'A'.repeat(42)}`;
export const ben = `b${'B'.repeat(41)}A`;
const noon = Date.UTC(2026, 0, 15, 12);

/** A message of Ben's at a place in the log. */
export function message(seq: number, more: Partial<MessageRow> = {}): MessageRow {
  return {
    kind: 'message',
    room,
    id: `m${seq}`,
    order: seq * ordersPerSeq,
    seq,
    at: noon,
    from: ben,
    name: 'Ben',
    own: false,
    text: `text ${seq}`,
    delivery: 'relay',
    ...more,
  };
}

export function summary(more: Partial<RoomSummary> = {}): RoomSummary {
  return {
    room,
    name: 'den',
    state: 'joined',
    me: ann,
    rights: { invite: true, remove: true, change: true },
    disappearAfter: 0,
    knocks: 0,
    offTheRecord: false,
    trust: { verified: 0, unverified: 1, unknown: 0, changed: 0 },
    memberCount: 2,
    unread: 0,
    readOrder: 0,
    queued: 0,
    draft: '',
    at: noon,
    lastLine: null,
    alarm: false,
    ...more,
  };
}

export function details(more: Partial<RoomDetails> = {}): RoomDetails {
  return {
    room,
    suite: 'X-Wing',
    epoch: 7,
    memberCount: 2,
    keysRenewedAt: noon,
    renewalPending: false,
    disappearAfter: 0,
    roles: { invite: 'everyone', remove: 'everyone', change: 'everyone' },
    invites: [],
    knocks: [],
    ...more,
  };
}

/** Ben, of whom nothing is known yet but that he has shown who he is. */
export function member(more: Partial<Member> = {}): Member {
  return {
    ...{ key: ben, name: 'Ben', self: false, online: false, admin: false, received: 8, read: 7 },
    ...{ trust: 'unverified', verified: null },
    ...more,
  };
}
