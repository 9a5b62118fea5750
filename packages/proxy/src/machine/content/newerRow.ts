import type { NoticeRow } from '@otr/protocol';
import { type ContentPlace, type Said, timeOf } from './said.ts';

/** Bytes of an unknown content that are kept, for a version that knows it. */
const keptAtMost = 4_096;

/** What a newer version said (`content` as JSON text): kept, and shown as such. */
export function newerRow(said: Said, content: string, place: ContentPlace): NoticeRow {
  const { id, name, seq, order } = said;
  return {
    kind: 'notice',
    room: place.room,
    id: `newerVersion-${seq ?? id}`,
    order,
    seq,
    at: timeOf(said, place),
    event: 'newerVersion',
    data: { name, kind: kindOf(content), content: beginning(content) },
  };
}

function kindOf(content: string): string {
  const { kind } = JSON.parse(content) as { kind?: unknown };
  return typeof kind === 'string' ? kind : '';
}

/** As many whole characters as the bytes hold. */
function beginning(text: string): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(keptAtMost));
  return text.slice(0, read);
}
