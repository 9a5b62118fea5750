import type { Content, MessageRow, Row } from '@otr/protocol';
import { type ContentPlace, type Said, type TimelineView, timeOf } from './said.ts';

type Text = Extract<Content, { kind: 'text' }>;

/** Characters of the answered message that its answer carries. */
const quotedAtMost = 200;

/**
 * A message. Nobody's message takes the place of another row: an id that is known is an own message that comes to its
 * place, or nothing. What has been said about it meanwhile stays.
 */
export function messageRow(
  said: Said,
  content: Text,
  place: ContentPlace,
  timeline: TimelineView,
): readonly Row[] {
  const known = timeline.get(said.id);
  if (known !== null && !isSame(known, said)) return [];
  const row: MessageRow = {
    kind: 'message',
    room: place.room,
    id: said.id,
    order: said.order,
    seq: said.seq,
    at: timeOf(said, place),
    from: said.from,
    name: said.name,
    own: said.own,
    text: content.text,
    delivery: said.delivery,
    ...(said.recipients && { recipients: [...said.recipients] }),
    ...(said.trust && { trust: said.trust }),
    ...(said.whisper && { whisper: said.whisper }),
    ...quote(content, said, timeline),
    ...expiry(said, place),
  };
  return [known === null ? row : withChanges(row, known)];
}

function isSame(known: Row, said: Said): known is MessageRow {
  if (known.kind !== 'message') return false;
  return known.own ? said.own : known.from === said.from && known.seq === said.seq;
}

function withChanges(row: MessageRow, { deleted, text, editedAt, reactions }: MessageRow): MessageRow {
  if (deleted) {
    const { replyTo: _, ...rest } = row;
    return { ...rest, text: '', deleted };
  }
  return {
    ...row,
    ...(editedAt !== undefined && { text, editedAt }),
    ...(reactions && { reactions }),
  };
}

/** The answered message as it reads now; an answer to one that is not here stands for itself. */
function quote(content: Text, said: Said, timeline: TimelineView): Pick<MessageRow, 'replyTo'> {
  const { replyTo: id } = content;
  const target = id === undefined || id === said.id ? null : timeline.get(id);
  if (target?.kind !== 'message') return {};
  return { replyTo: { id: target.id, name: target.name, text: beginning(target.text) } };
}

/** By code points, none of which takes more than two units of a string: none is cut in half. */
function beginning(text: string): string {
  return [...text.slice(0, 2 * quotedAtMost)].slice(0, quotedAtMost).join('');
}

/**
 * Counted from when it was sent, and at the latest from when it came: a sender's clock that is ahead keeps nothing
 * longer. Who was away for longer than the timer is shown nothing of it, as everyone else by then.
 */
function expiry(said: Said, place: ContentPlace): Pick<MessageRow, 'expiresAt'> {
  return place.disappearAfter > 0 ? { expiresAt: timeOf(said, place) + place.disappearAfter } : {};
}
