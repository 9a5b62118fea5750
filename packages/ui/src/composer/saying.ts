import type { RoomSummary } from '@otr/protocol';
import { strings } from '../strings.ts';
import type { Task } from './task.ts';

/** The text as Markdown quotes it, ready to be answered. */
export function quoted(text: string): string {
  return `${text.replace(/^/gm, '> ')}\n\n`;
}

/** Whether a message that was not confirmed has been stored, nobody knows; sending it again is safe. */
export function problemOf(task: Task, { code, message }: { code: string; message: string }): string {
  const unsure = code === 'timedOut' || code === 'proxyUnreachable' || code === 'internal';
  if (unsure) return strings.composer.unsure;
  return `${task.kind === 'edit' ? strings.composer.editFailed : strings.composer.failed} ${message}`;
}

/** What goes out: to these members only, or to everybody. */
export interface Meant {
  text: string;
  whisperTo?: readonly string[];
}

export function labelOfSend(editing: boolean, whispers: boolean): string {
  if (editing) return strings.composer.save;
  return whispers ? strings.whispers.send : strings.composer.send;
}

export function placeholderOf(room: RoomSummary, whisperedTo: readonly string[] | null): string {
  if (whisperedTo !== null) return strings.whispers.placeholder(whisperedTo);
  if (room.trust.changed > 0) return strings.asks.heldPlaceholder;
  return room.offTheRecord ? strings.offTheRecord.placeholder : strings.composer.placeholder;
}
