import type { Content } from '@otr/protocol';
import { fromText, randomId, toText } from '../core/text.ts';
import { isFree } from '../machine/outbox.ts';
import type { Draft, RoomParts } from './roomParts.ts';
import { showOwn } from './sealItem.ts';
import { feedOutbox } from './turn.ts';

export interface QueueOptions {
  /** 16 bytes as text. */
  readonly id?: string;
  /** Before all that waits, and also while sending waits for a decision of the person. */
  readonly first?: boolean;
  /** Pseudonyms, for a whisper. */
  readonly whisperTo?: readonly string[] | 'everyone' | null;
}

/** M11: stores what is to be sent, and sends it if nothing is before it. The same id again changes nothing. */
export function queueContent(
  parts: RoomParts,
  draft: Draft,
  content: Content,
  options: QueueOptions = {},
): void {
  const { id = toText(randomId()), first = false, whisperTo = null } = options;
  const { store, number } = parts;
  const isKnown = store.outbox.get(number, id) !== null || store.log.placeOf(number, fromText(id)) !== null;
  if (isKnown) return;
  const at = parts.now();
  const place = store.outbox.add(number, id, content, at, { first, ...(whisperTo && { whisperTo }) });
  showOwn(parts, draft, { id, number: place, content, at, recipients: null, whisperTo }, null);
  feedOutbox(parts, draft, { kind: 'queued', id, first, free: isFree(content) });
}
