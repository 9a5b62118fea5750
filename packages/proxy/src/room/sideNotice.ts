import { type NoticeRow, ordersPerSeq } from '@otr/protocol';
import { noticeRow, orderOf } from '../machine/rows.ts';
import { type Draft, type RoomParts, writeRow } from './roomParts.ts';

interface SideNotice {
  readonly id: string;
  /** The place of the entry that it stands beside. */
  readonly seq: number;
  readonly event: NoticeRow['event'];
  readonly data: NoticeRow['data'];
}

/** The first of the orders of a place that are for notices of this kind. */
const firstSide = 512;

/**
 * A notice of something that no entry brought: of what a person did here, or of what an entry has led to. It stands behind
 * all that is told at the place, and takes the place of none of it: the entry may be a message.
 */
export function writeSideNotice(parts: RoomParts, draft: Draft, { id, seq, event, data }: SideNotice): void {
  const { store, number } = parts;
  const page = store.timeline.page(number, { at: 'after', order: orderOf(seq) }, ordersPerSeq);
  const there = page?.rows.filter(({ order }) => order < orderOf(seq + 1)) ?? [];
  const free = Math.max(orderOf(seq, firstSide), (there.at(-1)?.order ?? 0) + 1);
  const order = Math.min(free, orderOf(seq + 1) - 1);
  writeRow(parts, draft, {
    ...noticeRow({ room: parts.ref, seq, now: parts.now() }, event, data),
    id,
    order,
  });
}
