import type { AlarmRow, NoticeRow, ProblemCode, RefusedRow } from '@otr/protocol';

type Remark = NoticeRow | RefusedRow | AlarmRow;
type Value = (name: string) => string;

/**
 * What a row that is no message says, as one plain sentence for terminals and files (the page has words of its own).
 * It holds names that others chose: whoever shows it escapes it.
 */
export function remarkWords(row: Remark): string {
  if (row.kind === 'notice') return notices[row.event](valuesOf(row));
  const about = row.name === null ? '' : ` (${row.name})`;
  if (row.kind === 'refused') return `refused: ${problems[row.problem]}${about}`;
  return `ALARM: ${problems[row.problem]}${about}${missing(row)}`;
}

/** `1 hour`, `30 minutes`, `2 days`: in the largest unit that holds it without a rest. */
export function timeWords(milliseconds: number): string {
  const [word, size] = units.find(([, size]) => milliseconds >= size && milliseconds % size === 0) ?? [
    'millisecond',
    1,
  ];
  const count = milliseconds / size;
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

const units = [
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** The day where the reader is: `2026-01-15`. */
export function localDay(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The time of day where the reader is: `09:05`. */
export function localClock(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

const two = (part: number) => String(part).padStart(2, '0');

function missing({ data }: AlarmRow): string {
  return data['count'] === undefined ? '' : `: ${data['count']} missing`;
}

/** The values of a notice; "somebody" for one that it does not carry. */
function valuesOf({ data }: NoticeRow): Value {
  return (name) => {
    const value = data[name];
    return value === undefined || value === '' ? 'somebody' : String(value);
  };
}

const notices: Readonly<Record<NoticeRow['event'], (value: Value) => string>> = {
  created: () => 'the room was created',
  youJoined: () => 'you joined',
  youReturned: () => 'you are back in the room, with new keys',
  youWereRemoved: (value) =>
    `${value('by')} removed you: you can read nothing of what is written from now on`,
  joined: (value) => `${value('name')} joined, let in by ${value('by')}`,
  returned: (value) => `${value('name')} came back with new keys, let in by ${value('by')}`,
  left: (value) => `${value('name')} left`,
  removed: (value) => `${value('by')} removed ${value('name')}`,
  evicted: (value) => `${value('name')} was not heard of for a long time and was removed by ${value('by')}`,
  renamed: (value) => `${value('from')} is now called ${value('to')}`,
  roomRenamed: (value) => `${value('by')} renamed the room to ${value('to')}`,
  timerChanged: (value) => timerChanged(value('by'), Number(value('milliseconds'))),
  rolesChanged: (value) =>
    `${value('by')} changed who may do what: invite ${value('invite')}, remove ${value('remove')}, change the room ${value('change')}`,
  adminsChanged: (value) => `${value('by')} changed who is an admin`,
  inviteMade: (value) => `${value('by')} made an invite`,
  inviteRevoked: (value) => `${value('by')} revoked an invite`,
  expired: (value) => `messages that the relay no longer had: ${value('count')}`,
  newerVersion: (value) => `${value('name')} sent something that only a newer version can show`,
  identityChanged: (value) =>
    `${value('name')} has the name of somebody you met before, but other keys: a new computer, or somebody else`,
  verified: (value) => `${value('name')} is verified${verifiedWords[value('by')] ?? ''}`,
  wordsWrong: (value) =>
    `the words exchanged with ${value('name')} were not the same: somebody may be between you; nobody was verified`,
  wordsStopped: (value) => `the exchange of words with ${value('name')} was stopped; nobody was verified`,
};

const verifiedWords: Readonly<Record<string, string>> = {
  number: ': the safety numbers are the same',
  words: ': the three words were the same',
  invite: ': by the invite made for one person',
};

function timerChanged(by: string, milliseconds: number): string {
  return milliseconds > 0
    ? `${by} set a timer: messages are deleted everywhere after ${timeWords(milliseconds)}`
    : `${by} turned the timer off: messages stay`;
}

const problems: Readonly<Record<ProblemCode, string>> = {
  badCiphertext: 'it cannot be decrypted: it was changed on its way, or not sealed by a member',
  badPayload: 'it is not a message',
  wrongId: 'the relay gave it another id',
  replayed: 'it had been shown before',
  outOfOrder: 'the relay changed the order of a member’s messages',
  messageMissing: 'the relay withholds messages of a member',
  entryWithheld: 'the relay withholds a part of the room',
  logRolledBack: 'the relay took back what it had shown',
  logForked: 'the relay shows members different rooms',
  unknownEntry: 'it is of a kind that does not belong in this room',
  badCommit: 'a change of the room that its members’ rules do not allow',
  wrongAccessKey: 'a change of the room came with an access key that is not of its members',
  ownStateOld:
    'this profile’s own keys are those of an older state: nothing new can be read until it is let in again',
  identityRefused: 'a member showed something false when it was to show who it is',
  badWhisper: 'it is a whisper that does not open: it was changed on its way, or not sealed by its sender',
};
