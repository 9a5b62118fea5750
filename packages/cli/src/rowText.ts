import type { AlarmRow, MessageRow, NoticeRow, ProblemCode, RefusedRow, Row } from '@otr/protocol';
import { plain, plainLines, styled, type Terminal } from './terminal.ts';

/** A message as programs read it: these keys, and no others. */
export function messageJson({ id, room, seq, from, name, at, text }: MessageRow) {
  return { id, room, seq, from, name, at: new Date(at).toISOString(), text };
}

/** A message as people read it: day and time, name, text. */
export function messageLine(terminal: Terminal, row: MessageRow): string {
  const unsent = row.seq === null ? styled(terminal, 'dim', ' (not at the relay yet)') : '';
  const head = `${styled(terminal, 'dim', localTime(row.at))} ${styled(terminal, 'bold', plain(row.name))}`;
  return `${head}${unsent}: ${plainLines(row.text, '    ')}`;
}

/** Anything else in the timeline, as a line for standard error. */
export function remarkLine(row: Exclude<Row, MessageRow>): string {
  return `${localTime(row.at)} ${remarkOf(row)}`;
}

function remarkOf(row: Exclude<Row, MessageRow>): string {
  if (row.kind === 'notice') return notices[row.event](wordsOf(row));
  const about = row.name === null ? '' : ` (${plain(row.name)})`;
  if (row.kind === 'refused') return `refused: ${problems[row.problem]}${about}`;
  return `ALARM: ${problems[row.problem]}${about}${missing(row)}`;
}

function missing({ data }: AlarmRow): string {
  return data['count'] === undefined ? '' : `: ${plain(String(data['count']))} missing`;
}

/** The values of a notice, made plain; a question mark for one that it does not carry. */
function wordsOf({ data }: NoticeRow): (name: string) => string {
  return (name) => plain(String(data[name] ?? '?'));
}

const notices: Readonly<Record<NoticeRow['event'], (value: (name: string) => string) => string>> = {
  created: () => 'the room was created',
  youJoined: () => 'you joined',
  joined: (value) => `${value('name')} joined`,
  left: (value) => `${value('name')} left`,
  keyRemoved: (value) => `the key of ${value('name')} was removed: nothing is encrypted for it any more`,
  renamed: (value) => `${value('from')} is now called ${value('to')}`,
  roomRenamed: (value) => `${value('name')} renamed the room to ${value('to')}`,
  notSealedForYou: (value) => `messages that were not encrypted for you: ${value('count')}`,
  expired: (value) => `messages that the relay no longer had: ${value('count')}`,
  newerVersion: (value) => `${value('name')} sent something that only a newer version can show`,
};

const problems: Readonly<Record<ProblemCode | RefusedRow['problem'], string>> = {
  unknownSender: 'the sender is not a member',
  badCiphertext: 'it cannot be decrypted: it was changed on its way, or not sealed by its sender',
  badBody: 'its body is not the one the sender sealed',
  badPayload: 'it is not a message',
  wrongId: 'the relay gave it another id',
  replayed: 'it had been shown before',
  outOfOrder: 'the relay changed the order of a member’s messages',
  badRegistration: 'a key that was not registered by a holder of the invite',
  keyReused: 'a key that had been removed came back',
  messageMissing: 'the relay withholds messages of a member',
  entryWithheld: 'the relay withholds a part of the room',
  logRolledBack: 'the relay took back what it had shown',
  logForked: 'the relay shows members different rooms',
  rosterMismatch: 'the relay shows members different lists of members',
  unknownEntry: 'it is of a kind that does not belong in this room',
};

function localTime(at: number): string {
  const date = new Date(at);
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
