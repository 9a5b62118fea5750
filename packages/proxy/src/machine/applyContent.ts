import type { Content, Row } from '@otr/protocol';
import { deleteMessage, editMessage } from './content/changes.ts';
import { messageRow } from './content/messageRow.ts';
import { react } from './content/reactions.ts';
import type { ContentPlace, Said, TimelineView } from './content/said.ts';

export { newerRow } from './content/newerRow.ts';
export type { ContentPlace, Said, TimelineView } from './content/said.ts';

/**
 * The rows to write for what a member said, in the order of the log: so the last edit wins, and all members see the
 * same. What does not apply (a target that is not here, another's message) writes nothing.
 *
 * Own content is shown when it is stored and applied again when it is at its place in the log: then it gives the rows
 * that it would have given had it been applied there only.
 */
export function applyContent(
  said: Said,
  content: Content,
  place: ContentPlace,
  timeline: TimelineView,
): readonly Row[] {
  switch (content.kind) {
    case 'text':
      return messageRow(said, content, place, timeline);
    case 'edit':
      return editMessage(said, content, place, timeline);
    case 'delete':
      return deleteMessage(said, content, timeline);
    case 'reaction':
      return react(said, content, timeline);
    case 'leave':
    case 'identify':
    case 'words':
      // Told by what comes of it.
      return [];
  }
}
