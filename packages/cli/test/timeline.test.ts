import type { LocalClient } from '@otr/client/node';
import { type LocalRequest, limits, ordersPerSeq, type Row, unsentOrder } from '@otr/protocol';
import { describe, expect, it } from 'vitest';
import { afterSeq, beforeNewest, beginning, isPlaced, readAfter } from '../src/timeline.ts';

const room = 'A'.repeat(22);

function message(order: number): Row {
  const seq = order < unsentOrder ? Math.floor(order / ordersPerSeq) : null;
  const from = 'B'.repeat(43);
  const delivery = seq === null ? 'saved' : 'relay';
  return {
    kind: 'message',
    room,
    id: `m${order}`,
    order,
    seq,
    at: 0,
    from,
    name: 'Ann',
    own: true,
    text: 'x',
    delivery,
  };
}

const notice = (order: number): Row => ({
  ...{ kind: 'notice', room, id: `n${order}`, order, seq: Math.floor(order / ordersPerSeq), at: 0 },
  ...{ event: 'joined', data: {} },
});

/** A proxy that holds these rows and answers `getTimeline` as the schema says. */
function clientOf(rows: readonly Row[]): LocalClient {
  const answer = ({ from, limit }: LocalRequest<'getTimeline'>) => {
    if (from.at === 'around') throw new Error('not asked for here');
    const wanted = rows.filter((row) => {
      if (from.at === 'end') return true;
      return from.at === 'before' ? row.order < from.order : row.order > from.order;
    });
    const page = from.at === 'after' ? wanted.slice(0, limit) : wanted.slice(-limit);
    const rest = wanted.length > page.length;
    const value = {
      rows: page,
      olderLeft: from.at !== 'after' && rest,
      newerLeft: from.at === 'after' && rest,
    };
    return Promise.resolve({ ok: true, value });
  };
  return { request: (_event: string, request: never) => answer(request) } as unknown as LocalClient;
}

async function ordersAfter(rows: readonly Row[], order: number) {
  const seen: number[] = [];
  const read = await readAfter(clientOf(rows), room, order, (row) => seen.push(row.order));
  return { seen, last: read.ok ? read.value : null };
}

const many = Array.from({ length: limits.timelinePage * 2 + 7 }, (_, index) =>
  message((index + 1) * ordersPerSeq),
);

describe('reading on', () => {
  it('hands out every row once and in order, over several pages', async () => {
    const orders = many.map(({ order }) => order);
    expect(await ordersAfter(many, beginning)).toEqual({ seen: orders, last: orders.at(-1) });
  });

  it('goes on after a place in the room', async () => {
    const { seen } = await ordersAfter(many, afterSeq(1_000));
    expect(seen[0]).toBe(1_001 * ordersPerSeq);
  });

  it('hands out rows without a place, and does not go on behind them', async () => {
    const rows = [message(ordersPerSeq), message(unsentOrder + 1)];
    expect(await ordersAfter(rows, beginning)).toEqual({
      seen: [ordersPerSeq, unsentOrder + 1],
      last: ordersPerSeq,
    });
  });

  it('ends where there are more rows without a place than a page holds', async () => {
    const rows = Array.from({ length: limits.timelinePage + 3 }, (_, index) => message(unsentOrder + index));
    expect((await ordersAfter(rows, beginning)).seen).toHaveLength(rows.length);
  });
});

describe('the newest messages', () => {
  const rows = [message(1024), notice(2048), message(3072), notice(4096), message(unsentOrder)];
  const newest = async (count: number, earliest: number, counts: (row: Row) => boolean) => {
    const found = await beforeNewest(clientOf(rows), room, count, earliest, counts);
    if (!found.ok) throw new Error(found.error.message);
    const { seen } = await ordersAfter(rows, found.value);
    return rows.filter((row) => seen.includes(row.order) && counts(row) && row.kind === 'message').length;
  };

  it.each([0, 1, 2, 3])('%i of them, with those that are not placed', async (count) => {
    expect(await newest(count, beginning, () => true)).toBe(count);
  });

  it.each([0, 1, 2])('%i of them, of those that are placed', async (count) => {
    expect(await newest(count, beginning, isPlaced)).toBe(count);
  });

  it('are all where fewer are there', async () => expect(await newest(9, beginning, isPlaced)).toBe(2));
  it('are none from before the beginning', async () =>
    expect(await newest(9, afterSeq(2), isPlaced)).toBe(1));
  it('are found over several pages', async () => {
    const found = await beforeNewest(clientOf(many), room, 700, beginning, isPlaced);
    expect(found.ok && (await ordersAfter(many, found.value)).seen).toHaveLength(700);
  });
});
