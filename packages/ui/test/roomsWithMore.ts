import type { InviteSummary, KnockSummary, MessageRow, Row } from '../../protocol/src/index.ts';
import {
  detailsOf,
  type FakeRoom,
  idOf,
  keyOf,
  membersOf,
  messageRow,
  minute,
  names,
  noon,
  noticeRow,
  self,
  summary,
} from './fixtures.ts';

const day = 86_400_000;
const [, ana = '', ben = '', chloe = ''] = names;

/** Answers, reactions, an edit, something deleted, and messages that disappear. */
export function talk(): FakeRoom {
  const room = summary('talk', 'Book night', {
    at: noon - 30 * minute,
    disappearAfter: day,
    lastLine: { name: ana, text: 'I bring the cake.', own: false },
  });
  let seq = 0;
  const say = (from: string, text: string, more: Partial<MessageRow> = {}): MessageRow => {
    seq += 1;
    const row = messageRow(room.room, seq, noon - (60 - seq) * minute, { from, text });
    return { ...row, expiresAt: Date.now() + (20 + seq) * 60 * minute, ...more };
  };
  const first = say(ana, 'Which book shall it be next time? I would like something short.');
  const second = say(self, 'The one about the lighthouse, it has 120 pages.', {
    reactions: [
      { emoji: '👍', from: [keyOf(ana), keyOf(ben), keyOf(self)] },
      { emoji: '❤️', from: [keyOf(chloe)] },
    ],
    editedAt: noon - 50 * minute,
  });
  const rows: Row[] = [
    noticeRow(room.room, 0, noon - 70 * minute, 'timerChanged', { by: ana, milliseconds: day }),
    first,
    second,
    say(ben, 'I have two copies of it.', {
      replyTo: { id: second.id, name: second.name, text: second.text },
    }),
    say(ben, '', { deleted: true }),
    say(self, '', { deleted: true }),
    say(self, 'Then Chloé can have one?', {
      replyTo: { id: first.id, name: first.name, text: first.text },
      expiresAt: Date.now() + 50_000,
    }),
    say(ana, 'I bring the cake.', {
      reactions: [{ emoji: '🎉', from: [keyOf(self)] }],
      expiresAt: Date.now() + 40 * minute,
    }),
    say(self, 'And I the tea.', { reactions: [] }),
  ];
  const members = membersOf(4, seq).map((member) => ({ ...member, read: member.name === ana ? seq : null }));
  return { summary: room, members, rows, details: detailsOf(room) };
}

function invite(seed: string, more: Partial<InviteSummary>): InviteSummary {
  return {
    invite: idOf(`invite ${seed}`, 32),
    link: `otr:relay.example.org/${idOf('club', 16)}#${idOf(seed, 32)}`,
    uses: null,
    expiresAt: null,
    approval: false,
    by: self,
    at: noon - 3 * day,
    ...more,
  };
}

function knock(name: string, more: Partial<KnockSummary> = {}): KnockSummary {
  return { id: idOf(`knock ${name}`, 16), name, at: Date.now() - minute, approval: true, ...more };
}

/** A room with admins, invites, a renewal on its way, and people at the door. */
export function club(): FakeRoom {
  const room = summary('club', 'Chess club', {
    at: noon - 45 * minute,
    knocks: 2,
    memberCount: 6,
    disappearAfter: 7 * day,
    lastLine: { name: ben, text: 'Who lets the new ones in?', own: false },
  });
  const details = detailsOf(room, {
    renewalPending: true,
    roles: { invite: 'admins', remove: 'admins', change: 'admins' },
    invites: [
      invite('any', {}),
      invite('three', { uses: 3, expiresAt: Date.now() + 5 * day, approval: true, by: ana }),
      invite('one', {
        uses: 1,
        expiresAt: Date.now() + 30 * minute,
        link: `otr:relay.example.org/${idOf('club', 16)}#${idOf('one', 32)}.${idOf('me', 16)}`,
      }),
      invite('hers', { uses: 1, link: null, by: ana }),
    ],
    knocks: [knock('Finn Berg'), knock('Dmitri', { returning: 'Dmitri Volkov' })],
  });
  const members = membersOf(6, 2).map((member, index) => ({ ...member, admin: index < 2 }));
  const rows = [
    noticeRow(room.room, 1, noon - 50 * minute, 'created', {}),
    messageRow(room.room, 2, noon - 45 * minute, { from: ben, text: 'Who lets the new ones in?' }),
  ];
  return { summary: room, members, rows, details };
}

/** Rooms that one is not in any more, and one whose keys are lost. */
export function left(): FakeRoom[] {
  const rights = { invite: false, remove: false, change: false };
  const removed = summary('removed', 'Old choir', { state: 'removed', rights, at: noon - 500 * minute });
  const lost = summary('lost', 'Allotments 2', { state: 'lost', at: noon - 510 * minute });
  return [removed, lost].map((room) => ({
    summary: room,
    members: membersOf(3, 3),
    rows: [
      messageRow(room.room, 1, noon - 520 * minute, { from: ana, text: 'See you on Thursday?' }),
      messageRow(room.room, 2, noon - 519 * minute, { from: self, text: 'Yes!' }),
      ...(room === removed
        ? [noticeRow(room.room, 3, noon - 500 * minute, 'youWereRemoved', { by: ben })]
        : []),
    ],
    details: detailsOf(room),
  }));
}
