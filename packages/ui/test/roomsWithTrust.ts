import type { Member, MessageRow, Row, Trust } from '../../protocol/src/index.ts';
import {
  detailsOf,
  type FakeRoom,
  keyOf,
  membersOf,
  messageRow,
  minute,
  names,
  noon,
  noticeRow,
  self,
  summary,
  trustCount,
} from './fixtures.ts';

const [, ana = '', ben = '', chloe = '', dmitri = '', emi = ''] = names;

const known: Readonly<Record<string, Trust>> = {
  [ana]: 'verified',
  [ben]: 'unverified',
  [chloe]: 'waiting',
  [dmitri]: 'unproven',
  [emi]: 'refused',
};

function withTrust(members: Member[], trusts: Readonly<Record<string, Trust>>): Member[] {
  return members.map((member) => {
    const trust = trusts[member.name] ?? member.trust;
    const verified = trust === 'verified' ? ({ by: 'number', at: noon - 90_000 * minute } as const) : null;
    return { ...member, trust, verified };
  });
}

function say(room: string, seq: number, from: string, text: string, more: Partial<MessageRow> = {}) {
  return { ...messageRow(room, seq, noon + seq * minute, { from, text }), ...more };
}

/** Everybody that there can be, and whispers. */
export function circle(): FakeRoom {
  const members = withTrust(membersOf(6, 20), known);
  const room = summary('circle', 'Reading circle', {
    at: noon - 600 * minute,
    memberCount: 6,
    trust: trustCount(members),
    lastLine: { name: ana, text: 'I will not tell anybody.', own: false },
  });
  const id = room.room;
  const toSelf = { whisper: { to: [keyOf(self)], names: [self] } };
  const rows: Row[] = [
    noticeRow(id, 1, noon + minute, 'verified', { name: ana, key: keyOf(ana), by: 'number' }),
    say(id, 2, ben, 'Who brings the books?', { trust: 'unverified' }),
    say(id, 3, dmitri, 'I do, if somebody tells me the address.', { trust: 'unproven' }),
    say(id, 4, emi, 'Send it to me as well, it is really me.', { trust: 'refused' }),
    say(id, 5, self, 'Let us meet at the usual place.', { trust: 'self' }),
    say(id, 6, self, 'I would rather not tell Emi where.', {
      trust: 'self',
      whisper: { to: [keyOf(ana), keyOf(ben)], names: [ana, ben] },
    }),
    say(id, 7, ana, 'I will not tell anybody.', { trust: 'verified', ...toSelf }),
    noticeRow(id, 8, noon + 8 * minute, 'identityChanged', { name: emi, key: keyOf(emi) }),
    noticeRow(id, 9, noon + 9 * minute, 'wordsWrong', { name: emi, key: keyOf(emi) }),
    noticeRow(id, 10, noon + 10 * minute, 'wordsStopped', { name: ben, key: keyOf(ben) }),
    say(id, 11, ben, 'Seven, then?', { trust: 'unverified' }),
  ];
  return { summary: room, members, rows, details: detailsOf(room) };
}

/** Two people, nothing verified. */
export function pair(): FakeRoom {
  const members = membersOf(2, 2);
  const room = summary('pair', 'With Ana', {
    ...{ at: noon - 610 * minute, memberCount: 2, trust: trustCount(members) },
  });
  const rows = [
    say(room.room, 1, ana, 'Hello!', { trust: 'unverified' }),
    say(room.room, 2, self, 'Hello, Ana!', { trust: 'self', recipients: [keyOf(ana)] }),
  ];
  return { summary: room, members, rows, details: detailsOf(room) };
}

/** Somebody bears the name of a verified person. */
export function changed(): FakeRoom {
  const members = withTrust(membersOf(3, 2), { [ana]: 'changed', [ben]: 'verified' });
  const room = summary('changed', 'Moving house', {
    ...{ at: noon - 620 * minute, memberCount: 3, trust: trustCount(members), queued: 1 },
  });
  const id = room.room;
  const rows = [
    say(id, 1, ana, 'I have the keys.', { trust: 'verified' }),
    noticeRow(id, 2, noon + 2 * minute, 'identityChanged', { name: ana, key: keyOf(ana) }),
    say(id, 3, ana, 'I am back, with a new computer.', { trust: 'changed' }),
    say(id, 4, self, 'Which of you is it?', { trust: 'self', delivery: 'saved', recipients: [] }),
  ];
  return { summary: room, members, rows, details: detailsOf(room) };
}

/** A room off the record. */
export function record(): FakeRoom {
  const members = withTrust(membersOf(3, 2), { [ana]: 'verified', [ben]: 'verified' });
  const room = summary('record', 'Between us', {
    ...{ at: noon - 630 * minute, memberCount: 3, trust: trustCount(members), offTheRecord: true },
  });
  const rows = [
    say(room.room, 1, ana, 'Nobody will ever know who said this.', { trust: 'verified' }),
    say(room.room, 2, self, 'Or whether anybody did.', { trust: 'self' }),
  ];
  return { summary: room, members, rows, details: detailsOf(room) };
}
