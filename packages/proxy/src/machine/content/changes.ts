import type { Content, MessageRow, Row } from '@otr/protocol';
import { type ContentPlace, type Said, type TimelineView, timeOf } from './said.ts';

type Edit = Extract<Content, { kind: 'edit' }>;
type Deletion = Extract<Content, { kind: 'delete' }>;

/** The new text stands at the message's own place, and ends when the message does. */
export function editMessage(
  said: Said,
  { target, text }: Edit,
  place: ContentPlace,
  timeline: TimelineView,
): readonly Row[] {
  const row = ownMessage(said, target, timeline);
  if (row === null) return [];
  const editedAt = timeOf(said, place);
  return row.text === text && row.editedAt === editedAt ? [] : [{ ...row, text, editedAt }];
}

/** What stays of the message is that there was one. */
export function deleteMessage(said: Said, { target }: Deletion, timeline: TimelineView): readonly Row[] {
  const row = ownMessage(said, target, timeline);
  if (row === null) return [];
  const { replyTo: _answered, reactions: _reactions, editedAt: _edited, ...rest } = row;
  return [{ ...rest, text: '', deleted: true }];
}

/** The sender's own message of this id that is still there to be changed. */
function ownMessage(said: Said, target: string, timeline: TimelineView): MessageRow | null {
  const row = timeline.get(target);
  if (row?.kind !== 'message' || row.from !== said.from || row.deleted) return null;
  return row;
}
