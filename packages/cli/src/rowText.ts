import { localClock, localDay, remarkWords } from '@otr/client/node';
import type { MessageRow, Row } from '@otr/protocol';
import { senderMark } from './senderMark.ts';
import { plain, plainLines, styled, type Terminal } from './terminal.ts';

/** A message as programs read it: these keys, the last seven only where they say something, and no others. */
export function messageJson(row: MessageRow) {
  const { id, room, seq, from, own, name, text } = row;
  const { replyTo, editedAt, deleted, reactions, expiresAt, trust, whisper } = row;
  return {
    ...{ id, room, seq, from, name, at: iso(row.at), text },
    ...(replyTo && { replyTo }),
    ...(editedAt !== undefined && { editedAt: iso(editedAt) }),
    ...(deleted && { deleted }),
    ...(reactions && { reactions }),
    ...(expiresAt !== undefined && { expiresAt: iso(expiresAt) }),
    ...(trust && !own && { trust }),
    ...(whisper && { whisper: { to: whisper.names } }),
  };
}

/**
 * A message as people read it: day and time, name, text. What belongs to it follows on lines of its own, less indented
 * than any line of a text, so that no text can look like it. `me` is our own pseudonym in its room.
 */
export function messageLine(terminal: Terminal, row: MessageRow, me: string | null): string {
  const head = `${styled(terminal, 'dim', localTime(row.at))} ${styled(terminal, 'bold', plain(row.name))}`;
  const marks = marksOf(row, me).map((mark) => styled(terminal, 'dim', ` (${mark})`));
  const text = row.deleted ? '' : `: ${plainLines(row.text, '    ')}`;
  const first = `${head}${marks.join('')}${text}`;
  return [first, ...attachments(row).map((line) => styled(terminal, 'dim', `  ${line}`))].join('\n');
}

/** Anything else in the timeline, as a line for standard error. */
export function remarkLine(row: Exclude<Row, MessageRow>): string {
  return `${localTime(row.at)} ${plain(remarkWords(row))}`;
}

/** `2026-01-15 09:05`, where the reader is. */
export const localTime = (at: number): string => `${localDay(at)} ${localClock(at)}`;

export const iso = (at: number): string => new Date(at).toISOString();

type Whisper = NonNullable<MessageRow['whisper']>;

/** Characters of an answered message that are shown with its answer. */
const quotedAtMost = 60;

function marksOf(row: MessageRow, me: string | null): string[] {
  const { seq, editedAt, deleted, trust, whisper } = row;
  const sender = senderMark(trust);
  return [
    ...(sender === undefined ? [] : [sender]),
    ...(whisper === undefined ? [] : [`whisper to ${whisperedTo(row, whisper, me)}`]),
    ...(deleted ? ['deleted'] : []),
    ...(editedAt === undefined ? [] : ['edited']),
    ...(seq === null ? ['not at the relay yet'] : []),
  ];
}

function whisperedTo({ own }: MessageRow, { to, names }: Whisper, me: string | null): string {
  const others = names.filter((_, index) => to[index] !== me).map(plain);
  return (own ? others : ['you', ...others]).join(', ');
}

function attachments({ replyTo, reactions = [] }: MessageRow): string[] {
  const counts = reactions.map(({ emoji, from }) => `${plain(emoji)} ${from.length}`);
  return [
    ...(replyTo ? [`↳ answers ${plain(replyTo.name)}: ${plain(beginning(replyTo.text))}`] : []),
    ...(counts.length > 0 ? [counts.join('  ')] : []),
  ];
}

function beginning(text: string): string {
  const characters = [...text];
  if (characters.length <= quotedAtMost) return text;
  return `${characters.slice(0, quotedAtMost).join('')}…`;
}
