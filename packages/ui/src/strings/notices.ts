import type { NoticeRow } from '@otr/protocol';
import { count, duration, isolated } from './words.ts';

type Values = NoticeRow['data'];

/** The name in a row's data, or a word for nobody in particular. */
function who(values: Values, key = 'name'): string {
  const value = values[key];
  return value === undefined || value === '' ? 'Somebody' : isolated(String(value));
}

/** Who did it: told apart from whom it was done to. */
function byWhom(values: Values): string {
  return values['by'] === undefined || values['by'] === '' ? who(values) : who(values, 'by');
}

/** A number in a row's data; 1 when it tells none. */
export function howMany(values: Values): number {
  const value = Number(values['count'] ?? values['missing'] ?? 1);
  return Number.isFinite(value) && value > 0 ? value : 1;
}

/** ` (let in by Ben)`: nothing where nobody is named. */
function letIn(values: Values): string {
  const isNamed = values['by'] !== undefined && values['by'] !== '' && values['by'] !== values['name'];
  return isNamed ? ` (let in by ${who(values, 'by')})` : '';
}

/** Inside a sentence. */
function whom(values: Values): string {
  const name = who(values);
  return name === 'Somebody' ? 'somebody' : name;
}

const ways: Readonly<Record<string, string>> = {
  number: ': you compared the safety number',
  words: ': the three words were the same',
  invite: ': by the invite made for one person',
};

function verifiedBy(values: Values): string {
  return ways[String(values['by'])] ?? '';
}

const deeds = [
  ['invite', 'invite'],
  ['remove', 'remove people'],
  ['change', 'change the room'],
] as const;

function rolesText(values: Values): string {
  const told = deeds.flatMap(([key, deed]) => {
    if (values[key] === 'admins') return [`only admins may ${deed}`];
    return values[key] === 'everyone' ? [`everyone may ${deed}`] : [];
  });
  return told.length === 0 ? '' : `: ${told.join(', ')}`;
}

/** What happened in the room, for the timeline. */
export const notices = {
  created: (v: Values) => (v['own'] === 0 ? `${who(v)} created the room` : 'You created the room'),
  youJoined: () => 'You joined. Messages from before are not readable for you.',
  youReturned: () => 'You are back in the room, with new keys',
  youWereRemoved: (v: Values) =>
    v['by'] === undefined || v['by'] === ''
      ? 'You were removed from the room'
      : `${who(v, 'by')} removed you from the room`,
  joined: (v: Values) => `${who(v)} joined${letIn(v)}`,
  returned: (v: Values) => `${who(v)} is back, with new keys${letIn(v)}`,
  left: (v: Values) => `${who(v)} left`,
  removed: (v: Values) =>
    v['by'] === undefined || v['by'] === ''
      ? `${who(v)} was removed from the room`
      : `${who(v, 'by')} removed ${who(v)} from the room`,
  evicted: (v: Values) => `${who(v)} was not heard of for a long time and was removed from the room`,
  renamed: (v: Values) => `${who(v, 'from')} is now called ${who(v, 'to')}`,
  roomRenamed: (v: Values) => `${byWhom(v)} named the room “${who(v, 'to')}”`,
  timerChanged: (v: Values) => {
    const milliseconds = Number(v['milliseconds'] ?? 0);
    return milliseconds > 0
      ? `${byWhom(v)} set messages to disappear after ${duration(milliseconds)}`
      : `${byWhom(v)} turned disappearing messages off`;
  },
  rolesChanged: (v: Values) => `${byWhom(v)} changed who may do what${rolesText(v)}`,
  adminsChanged: (v: Values) => `${byWhom(v)} changed who is an admin`,
  inviteMade: (v: Values) => `${byWhom(v)} made an invite`,
  inviteRevoked: (v: Values) => `${byWhom(v)} withdrew an invite`,
  expired: (v: Values) =>
    `${count(howMany(v), 'message', 'messages')} expired at the relay before this computer fetched ${howMany(v) === 1 ? 'it' : 'them'}`,
  newerVersion: (v: Values) => `${who(v)} sent something that needs a newer version of this chat`,
  identityChanged: (v: Values) =>
    `${who(v)} has the name of somebody you met before, but other keys. Perhaps a new computer, perhaps somebody else.`,
  verified: (v: Values) => `${who(v)} is verified${verifiedBy(v)}`,
  wordsWrong: (v: Values) =>
    `The three words with ${whom(v)} were not the same. Somebody may be between you. Nobody was verified.`,
  wordsStopped: (v: Values) => `Saying three words with ${whom(v)} was stopped. Nobody was verified.`,
} satisfies Record<NoticeRow['event'], (values: Values) => string>;
