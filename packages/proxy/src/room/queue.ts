import type { Content } from '@otr/protocol';
import { fromText, randomId, toText } from '../core/text.ts';
import type { Draft, RoomParts } from './roomParts.ts';
import { showOwn } from './sealItem.ts';
import { feedOutbox } from './turn.ts';

/** M11: stores what is to be sent, and sends it if nothing is before it. The same id again changes nothing. */
export function queueContent(
  parts: RoomParts,
  draft: Draft,
  content: Content,
  id = toText(randomId()),
): void {
  const { store, number } = parts;
  const isKnown = store.outbox.get(number, id) !== null || store.log.placeOf(number, fromText(id)) !== null;
  if (isKnown) return;
  const at = parts.now();
  const place = store.outbox.add(number, id, content, at);
  showOwn(parts, draft, { id, number: place, content, at, recipients: null }, null);
  feedOutbox(parts, draft, { kind: 'queued', id });
}
