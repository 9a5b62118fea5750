import { type Content, unsentOrder } from '@otr/protocol';
import { randomId, toText } from '../core/text.ts';
import { changeKey, type Draft, type RoomParts, writeRow } from './roomParts.ts';
import { ownRow } from './sealItem.ts';
import { feedOutbox } from './turn.ts';

/** M11: stores what is to be sent, and sends it if nothing is before it. The same id again changes nothing. */
export function queueContent(
  parts: RoomParts,
  draft: Draft,
  content: Content,
  id = toText(randomId()),
): void {
  const { store, number } = parts;
  if (store.outbox.get(number, id) !== null || store.timeline.get(number, id) !== null) return;
  const at = parts.now();
  const place = store.outbox.add(number, id, content, at);
  const row = ownRow(parts, draft, { id, at, content }, unsentOrder + place);
  if (row) writeRow(parts, draft, row);
  feedOutbox(parts, draft, { kind: 'queued', id });
}

/** Tells the members our name where they know us by another. Before we are registered the registration does. */
export function announceName(parts: RoomParts, draft: Draft): void {
  const name = parts.profileName();
  const key = draft.ownKeys.at(-1);
  if (!key || name === null || key.announcedName === null || key.announcedName === name) return;
  changeKey(parts, draft, { ...key, announcedName: name });
  queueContent(parts, draft, { kind: 'profile', name });
}
