import type { LocalClient } from '@otr/client/node';
import { type LocalResponse, limits, ordersPerSeq, type Result, type Row, unsentOrder } from '@otr/protocol';

/** Before every row. */
export const beginning = -1;

/** The order after which the rows behind `seq` begin. */
export const afterSeq = (seq: number): number => (seq + 1) * ordersPerSeq - 1;

/** Whether the row has its place in the room's one order. */
export const isPlaced = (row: Row): boolean => row.order < unsentOrder;

/**
 * Hands the rows after `order` to `each`, oldest first, page by page. Answers with the order to go on from: the
 * last placed row's.
 */
export async function readAfter(
  client: LocalClient,
  room: string,
  order: number,
  each: (row: Row) => void,
): Promise<Result<number>> {
  let last = order;
  let position = order;
  for (;;) {
    const from = { at: 'after' as const, order: position };
    const page = await client.request('getTimeline', { room, from, limit: limits.timelinePage });
    if (!page.ok) return page;
    for (const row of page.value.rows) {
      each(row);
      position = row.order;
      if (isPlaced(row)) last = row.order;
    }
    if (!page.value.newerLeft || page.value.rows.length === 0) return { ok: true, value: last };
  }
}

/** The order after which the newest `count` messages lie, of the rows that `counts` takes; at least `earliest`. */
export async function beforeNewest(
  client: LocalClient,
  room: string,
  count: number,
  earliest: number,
  counts: (row: Row) => boolean,
): Promise<Result<number>> {
  let left = count;
  let from: From = { at: 'end' };
  for (;;) {
    const page: Page = await client.request('getTimeline', { room, from, limit: limits.timelinePage });
    if (!page.ok) return page;
    for (const row of page.value.rows.filter(counts).reverse()) {
      if (row.order <= earliest) return { ok: true, value: earliest };
      if (left === 0) return { ok: true, value: row.order };
      if (row.kind === 'message') left -= 1;
    }
    const oldest: Row | undefined = page.value.rows[0];
    if (oldest === undefined || !page.value.olderLeft) return { ok: true, value: earliest };
    from = { at: 'before', order: oldest.order };
  }
}

type From = { at: 'end' } | { at: 'before'; order: number };
type Page = Result<LocalResponse<'getTimeline'>>;
