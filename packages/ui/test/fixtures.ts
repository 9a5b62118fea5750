import { createHash } from 'node:crypto';
import {
  type Member,
  type MessageRow,
  type NoticeRow,
  ordersPerSeq,
  type ProblemCode,
  problemCodes,
  type RoomSummary,
  type Row,
  unsentOrder,
} from '../../protocol/src/index.ts';

/** Ids that look like the real ones and are the same in every run. */
export function idOf(seed: string, bytes: 16 | 32): string {
  return createHash('sha256').update(seed).digest().subarray(0, bytes).toString('base64url');
}

const minute = 60_000;
/** So that day separators and group times look alike whenever the page is looked at. */
const noon = new Date().setHours(12, 0, 0, 0);

export const names = ['Maya Oduya', 'Ana Lima', 'Ben Okafor', 'Chloé Martin', 'Dmitri Volkov', 'Emi Tanaka'];
const [self = ''] = names;
export const keyOf = (name: string) => idOf(`key ${name}`, 32);

export interface FakeRoom {
  summary: RoomSummary;
  members: Member[];
  rows: Row[];
}

export function membersOf(count: number, received: number): Member[] {
  return Array.from({ length: count }, (_, index) => {
    const name = names[index] ?? `Member ${index}`;
    return { key: keyOf(name), name, self: index === 0, online: index % 3 !== 2, received };
  });
}

type Line = { from: string; text: string; after?: number };

function messageRow(room: string, seq: number, at: number, { from, text }: Line): MessageRow {
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

function noticeRow(
  room: string,
  seq: number,
  at: number,
  event: NoticeRow['event'],
  data: NoticeRow['data'],
): NoticeRow {
  return { room, id: `${event}-${seq}`, order: seq * ordersPerSeq, seq, at, kind: 'notice', event, data };
}

function summary(seed: string, name: string, more: Partial<RoomSummary> = {}): RoomSummary {
  return {
    room: idOf(seed, 16),
    name,
    state: 'joined',
    me: keyOf(self),
    memberCount: 4,
    unread: 0,
    readOrder: unsentOrder - 1,
    queued: 0,
    draft: '',
    at: noon,
    lastLine: null,
    alarm: false,
    ...more,
  };
}

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
  return { summary: room, members, rows: ordered(rows) };
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
  return { summary: room, members: membersOf(4, 40), rows };
}

function empty(): FakeRoom {
  const room = summary('empty', 'Book club', { memberCount: 1, at: noon - 60 * minute });
  return {
    summary: room,
    members: membersOf(1, 1),
    rows: [noticeRow(room.room, 1, noon - 60 * minute, 'created', {})],
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
    'rosterMismatch',
  ].includes(problem);
  const data: Record<string, number> = problem === 'messageMissing' ? { count: 2 } : {};
  if (isAlarm) return { ...base, kind: 'alarm', name: seq % 2 === 0 ? 'Ben Okafor' : null, data };
  return { ...base, kind: 'refused', name: seq % 2 === 0 ? 'Ben Okafor' : null };
}

const noticeEvents: ReadonlyArray<[NoticeRow['event'], NoticeRow['data']]> = [
  ['youJoined', {}],
  ['left', { name: 'Emi Tanaka' }],
  ['keyRemoved', { name: 'Dmitri Volkov' }],
  ['renamed', { from: 'Ben', to: 'Ben Okafor' }],
  ['notSealedForYou', { count: 3 }],
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
  rows.push(...problemCodes.map((problem, index) => problemRow(room.room, index + 8, problem)));
  rows.push(
    messageRow(room.room, 30, noon + 40 * minute, {
      from: 'Ben Okafor',
      text: 'Is it me, or does the relay act up?',
    }),
  );
  return { summary: room, members: membersOf(3, 30), rows };
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
  return { summary: room, members: membersOf(300, bigSize), rows };
}

function waiting(): FakeRoom[] {
  const joining = summary('joining', 'Allotment', {
    state: 'joining',
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
  return [joining, stopped, draft].map((room) => ({ summary: room, members: membersOf(2, 1), rows: [] }));
}

export function allRooms(): FakeRoom[] {
  return [lively(), unread(), empty(), alarms(), big(), ...waiting()];
}
