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
  if (row.kind === 'notice') return noticeOf(row);
  const about = row.name === null ? '' : ` (${plain(row.name)})`;
  if (row.kind === 'refused') return `refused: ${problems[row.problem]}${about}`;
  return `ALARM: ${problems[row.problem]}${about}${dataOf(row)}`;
}

function noticeOf(row: NoticeRow): string {
  return `${notices[row.event]}${dataOf(row)}`;
}

function dataOf({ data }: AlarmRow | NoticeRow): string {
  const fields = Object.entries(data).map(([name, value]) => `${plain(name)} ${plain(String(value))}`);
  return fields.length === 0 ? '' : ` [${fields.join(', ')}]`;
}

const notices: Readonly<Record<NoticeRow['event'], string>> = {
  created: 'the room was created',
  youJoined: 'you joined',
  joined: 'a member joined',
  left: 'a member left',
  keyRemoved: 'a member’s key was removed',
  renamed: 'a member changed the name',
  roomRenamed: 'the room was renamed',
  notSealedForYou: 'messages that were not sealed for you',
  expired: 'messages that the relay no longer had',
  newerVersion: 'a message of a kind that only a newer version can show',
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
  noSuchKey: 'it was sealed for a key that this proxy does not have',
};

function localTime(at: number): string {
  const date = new Date(at);
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
