import {
  type NoticeRow,
  ordersPerSeq,
  type ProblemCode,
  problemCodes,
  type Row,
} from '../../protocol/src/index.ts';
import {
  detailsOf,
  type FakeRoom,
  type Line,
  membersOf,
  messageRow,
  minute,
  names,
  noon,
  noticeRow,
  self,
  summary,
} from './fixtures.ts';
import { club, left, talk } from './roomsWithMore.ts';
import { changed, circle, pair, record } from './roomsWithTrust.ts';

const code = `\`\`\`ts
// Save, then send.
export async function send(text: string): Promise<Result> {
  const sealed = seal(text, members.filter(({ online }) => online));
  await journal.write({ sealed, at: Date.now() });
  return link.post(sealed); // "idempotent"
}
\`\`\``;

const livelyLines: readonly Line[] = [
  { from: 'Ana Lima', text: 'Morning! Has anyone tried the new build on the train?', after: -1_500 },
  { from: 'Ben Okafor', text: 'Yes. The tunnel cut me off twice, everything went out when I was back.' },
  { from: 'Ben Okafor', text: 'Nothing lost, nothing twice 🎉' },
  { from: self, text: 'That is what I hoped to hear. I will write it down.' },
  { from: 'Chloé Martin', text: 'Lunch at **12:30**, same place?', after: 30 },
  { from: 'Ana Lima', text: '👍', after: 2 },
  { from: self, text: 'I am in.' },
  { from: 'Ben Okafor', text: `Here is how sending works now:\n\n${code}`, after: 1_240 },
  {
    from: 'Ben Okafor',
    text: 'Two things to check:\n\n1. the order after a crash\n2. *who* has received it\n   - per member\n   - not only a count',
  },
  {
    from: 'Ana Lima',
    text: '> Two things to check\n\nI take the first one. See https://www.rfc-editor.org/rfc/rfc9420 and ask `ana@example.org` for the notes.',
    after: 4,
  },
  {
    from: self,
    text: 'Then the second is mine.\nI have a table of the states already:\n\n| State | Shown as |\n|---|---|\n| saved | clock |\n| relay | one tick |\n| received | two ticks |',
  },
  { from: 'Chloé Martin', text: 'Looks good to me.', after: 12 },
  {
    from: 'Chloé Martin',
    text: 'By the way, `npm start` now opens the page by itself, so nobody has to copy an address from the terminal any more; it also says which relay it uses, and if that one is out of reach you can just keep writing.',
  },
  { from: self, text: 'Very good. Shall we show it to the others tomorrow?', after: 3 },
];

function lively(): FakeRoom {
  const room = summary('lively', 'Kitchen table');
  const rows: Row[] = [noticeRow(room.room, 1, noon - 1_600 * minute, 'created', {})];
  rows.push(noticeRow(room.room, 2, noon - 1_590 * minute, 'joined', { name: 'Ana Lima' }));
  rows.push(noticeRow(room.room, 3, noon - 1_580 * minute, 'joined', { name: 'Ben Okafor' }));
  let at = noon;
  livelyLines.forEach((line, index) => {
    at += (line.after ?? 1) * minute;
    rows.push(messageRow(room.room, index + 4, at, line));
  });
  const seq = rows.length;
  rows.splice(
    9,
    0,
    noticeRow(room.room, 9, noon - 1_460 * minute, 'roomRenamed', { name: 'Ana Lima', to: 'Kitchen table' }),
  );
  const members = membersOf(4, seq - 4);
  const [, ana] = members;
  if (ana !== undefined) ana.received = seq;
  Object.assign(room, {
    at,
    lastLine: { name: '', text: 'Very good. Shall we show it to the others tomorrow?', own: true },
  });
  return { summary: room, members, rows: ordered(rows), details: detailsOf(room) };
}

/** Places follow the order of the list. */
function ordered(rows: Row[]): Row[] {
  return rows.map((row, index) => ({ ...row, seq: index + 1, order: (index + 1) * ordersPerSeq }));
}

function unread(): FakeRoom {
  const lines = Array.from({ length: 40 }, (_, index) => ({
    from: names[1 + (index % 3)] ?? '',
    text: `Stop ${index + 1}: the ferry leaves at ${6 + Math.floor(index / 2)}:${index % 2 === 0 ? '00' : '30'}.`,
  }));
  const room = summary('unread', 'Harbour trip ⛵', {
    unread: 12,
    readOrder: 28 * ordersPerSeq,
    at: noon + 5 * minute,
    lastLine: { name: 'Ana Lima', text: 'Stop 40: the ferry leaves at 25:30.', own: false },
  });
  const rows = lines.map((line, index) =>
    messageRow(room.room, index + 1, noon - (40 - index) * 7 * minute, line),
  );
  return { summary: room, members: membersOf(4, 40), rows, details: detailsOf(room) };
}

function empty(): FakeRoom {
  const room = summary('empty', 'Book club', { memberCount: 1, at: noon - 60 * minute });
  return {
    summary: room,
    members: membersOf(1, 1),
    rows: [noticeRow(room.room, 1, noon - 60 * minute, 'created', {})],
    details: detailsOf(room),
  };
}

function problemRow(room: string, seq: number, problem: ProblemCode): Row {
  const base = {
    room,
    id: `${problem}-${seq}`,
    order: seq * ordersPerSeq,
    seq,
    at: noon + seq * minute,
    problem,
  };
  const isAlarm = [
    'messageMissing',
    'entryWithheld',
    'logRolledBack',
    'logForked',
    'wrongAccessKey',
    'ownStateOld',
    'identityRefused',
  ].includes(problem);
  const data: Record<string, number> = problem === 'messageMissing' ? { count: 2 } : {};
  if (isAlarm) return { ...base, kind: 'alarm', name: seq % 2 === 0 ? 'Ben Okafor' : null, data };
  return { ...base, kind: 'refused', name: seq % 2 === 0 ? 'Ben Okafor' : null };
}

const noticeEvents: ReadonlyArray<[NoticeRow['event'], NoticeRow['data']]> = [
  ['youJoined', {}],
  ['left', { name: 'Emi Tanaka' }],
  ['removed', { name: 'Emi Tanaka', by: 'Ana Lima' }],
  ['evicted', { name: 'Dmitri Volkov', by: 'Ana Lima' }],
  ['joined', { name: 'Emi Tanaka', by: 'Ben Okafor' }],
  ['returned', { name: 'Dmitri Volkov', by: 'Ben Okafor' }],
  ['renamed', { from: 'Ben', to: 'Ben Okafor' }],
  ['timerChanged', { by: 'Ana Lima', milliseconds: 7 * 86_400_000 }],
  ['rolesChanged', { by: 'Ana Lima', invite: 'everyone', remove: 'admins', change: 'admins' }],
  ['adminsChanged', { by: 'Ana Lima' }],
  ['inviteMade', { by: 'Ben Okafor' }],
  ['inviteRevoked', { by: 'Ben Okafor' }],
  ['expired', { count: 1 }],
  ['newerVersion', { name: 'Ana Lima' }],
];

function alarms(): FakeRoom {
  const room = summary('alarms', 'Trouble', {
    alarm: true,
    at: noon - 120 * minute,
    lastLine: { name: 'Ben Okafor', text: 'Is it me, or does the relay act up?', own: false },
  });
  const rows: Row[] = noticeEvents.map(([event, data], index) =>
    noticeRow(room.room, index + 1, noon + index * minute, event, data),
  );
  rows.push(...problemCodes.map((problem, index) => problemRow(room.room, index + 15, problem)));
  rows.push(
    messageRow(room.room, 40, noon + 40 * minute, {
      from: 'Ben Okafor',
      text: 'Is it me, or does the relay act up?',
    }),
  );
  return { summary: room, members: membersOf(3, 40), rows, details: detailsOf(room) };
}

export const bigSize = 50_000;

function big(): FakeRoom {
  const room = summary('big', 'Everything since 2021', {
    at: noon - 240 * minute,
    memberCount: 300,
    lastLine: { name: 'Emi Tanaka', text: `Message ${bigSize}`, own: false },
  });
  const rows = Array.from({ length: bigSize }, (_, index) => {
    const from = names[Math.floor(index / 3) % names.length] ?? '';
    const text =
      index % 7 === 0
        ? `Message ${index + 1} with **bold**, \`code\` and a longer text that wraps on most screens, because not every message is one line.`
        : `Message ${index + 1}`;
    return messageRow(room.room, index + 1, noon - (bigSize - index) * minute, { from, text });
  });
  return { summary: room, members: membersOf(300, bigSize), rows, details: detailsOf(room) };
}

function waiting(): FakeRoom[] {
  const joining = summary('joining', 'Allotment', {
    state: 'joining',
    me: null,
    reason: 'The relay has handed your wish on; nobody has answered yet.',
    at: noon - 300 * minute,
    memberCount: 0,
  });
  const stopped = summary('stopped', 'Old flat', {
    state: 'stopped',
    reason: 'This room is full.',
    at: noon - 400 * minute,
  });
  const draft = summary('draft', 'Ana Lima', {
    draft: 'I wanted to ask you',
    at: noon - 90 * minute,
    memberCount: 2,
    queued: 1,
    lastLine: { name: 'Ana Lima', text: 'See you!', own: false },
  });
  return [joining, stopped, draft].map((room) => ({
    summary: room,
    members: room === joining ? [] : membersOf(2, 1),
    rows: [],
    details: detailsOf(room),
  }));
}

export function allRooms(): FakeRoom[] {
  return [
    lively(),
    unread(),
    empty(),
    alarms(),
    big(),
    ...waiting(),
    talk(),
    ...left(),
    club(),
    circle(),
    pair(),
    changed(),
    record(),
  ];
}
