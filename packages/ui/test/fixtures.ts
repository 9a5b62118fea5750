import { createHash } from 'node:crypto';
import {
  type Member,
  type MessageRow,
  type NoticeRow,
  ordersPerSeq,
  type RoomDetails,
  type RoomSummary,
  type Row,
  type Trust,
  unsentOrder,
} from '../../protocol/src/index.ts';

/** Ids that look like the real ones and are the same in every run. */
export function idOf(seed: string, bytes: 16 | 32): string {
  return createHash('sha256').update(seed).digest().subarray(0, bytes).toString('base64url');
}

export const minute = 60_000;
/** So that day separators and group times look alike whenever the page is looked at. */
export const noon = new Date().setHours(12, 0, 0, 0);

export const names = ['Maya Oduya', 'Ana Lima', 'Ben Okafor', 'Chloé Martin', 'Dmitri Volkov', 'Emi Tanaka'];
export const [self = ''] = names;
export const keyOf = (name: string) => idOf(`key ${name}`, 32);

export interface FakeRoom {
  summary: RoomSummary;
  members: Member[];
  rows: Row[];
  details: RoomDetails;
}

/** A room's details as they are where nobody changed anything. */
export function detailsOf(summary: RoomSummary, more: Partial<RoomDetails> = {}): RoomDetails {
  return {
    room: summary.room,
    suite: 'X-Wing with ChaCha20-Poly1305 (0xf00d)',
    epoch: 12,
    memberCount: summary.memberCount,
    keysRenewedAt: Date.now() - 3 * minute,
    renewalPending: false,
    disappearAfter: summary.disappearAfter,
    roles: { invite: 'everyone', remove: 'everyone', change: 'everyone' },
    invites: [],
    knocks: [],
    ...more,
  };
}

export function membersOf(count: number, received: number): Member[] {
  return Array.from({ length: count }, (_, index): Member => {
    const name = names[index] ?? `Member ${index}`;
    return {
      ...{ key: keyOf(name), name, self: index === 0, online: index % 3 !== 2 },
      ...{ admin: index === 0, received, read: null },
      ...{ trust: index === 0 ? 'self' : 'unverified', verified: null },
    };
  });
}

/** As the proxy counts them for the room's summary. */
export function trustCount(members: readonly Member[]): RoomSummary['trust'] {
  const count = (...kinds: Trust[]) => members.filter(({ trust }) => kinds.includes(trust)).length;
  return {
    verified: count('verified'),
    unverified: count('unverified'),
    unknown: count('waiting', 'unproven', 'refused'),
    changed: count('changed'),
  };
}

export type Line = { from: string; text: string; after?: number };

export function messageRow(room: string, seq: number, at: number, { from, text }: Line): MessageRow {
  const own = from === self;
  const base = { room, id: idOf(`${room} ${seq}`, 16), order: seq * ordersPerSeq, seq, at };
  const sealedFor = own ? { recipients: names.slice(1, 4).map(keyOf) } : {};
  return {
    ...base,
    kind: 'message',
    from: keyOf(from),
    name: from,
    own,
    text,
    delivery: 'relay',
    ...sealedFor,
  };
}

export function noticeRow(
  room: string,
  seq: number,
  at: number,
  event: NoticeRow['event'],
  data: NoticeRow['data'],
): NoticeRow {
  return { room, id: `${event}-${seq}`, order: seq * ordersPerSeq, seq, at, kind: 'notice', event, data };
}

export function summary(seed: string, name: string, more: Partial<RoomSummary> = {}): RoomSummary {
  return {
    room: idOf(seed, 16),
    name,
    state: 'joined',
    me: keyOf(self),
    rights: { invite: true, remove: true, change: true },
    disappearAfter: 0,
    knocks: 0,
    memberCount: 4,
    unread: 0,
    readOrder: unsentOrder - 1,
    queued: 0,
    draft: '',
    at: noon,
    lastLine: null,
    alarm: false,
    offTheRecord: false,
    trust: { verified: 0, unverified: 3, unknown: 0, changed: 0 },
    ...more,
  };
}
