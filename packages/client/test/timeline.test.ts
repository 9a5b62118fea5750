import { ordersPerSeq, type Row } from '@otr/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyPage, applyRows, emptyTimeline, type Timeline } from '../src/timeline.ts';
import { message, unsent } from './rows.ts';

const whole: Timeline = { ...emptyTimeline, olderLeft: false, newerLeft: false };

function windowOf(seqs: number[], more: Partial<Timeline> = {}): Timeline {
  return { ...whole, rows: seqs.map((seq) => message(seq)), ...more };
}

const ids = (timeline: Timeline) => timeline.rows.map((row) => row.id);

describe('rows that come', () => {
  it.each<[title: string, before: Timeline, rows: Row[], after: string[]]>([
    ['are appended at the end', windowOf([1, 2]), [message(3)], ['id-1', 'id-2', 'id-3']],
    ['stand where their order says', windowOf([1, 3]), [message(2)], ['id-1', 'id-2', 'id-3']],
    ['begin an empty room', whole, [message(1)], ['id-1']],
    [
      'move when their order changed',
      { ...whole, rows: [message(1), unsent('m', 0), unsent('n', 1)] },
      [message(2, { id: 'm' })],
      ['id-1', 'm', 'n'],
    ],
    [
      'of others stay above what is unsent',
      { ...whole, rows: [message(1), unsent('m', 0)] },
      [message(2)],
      ['id-1', 'id-2', 'm'],
    ],
    [
      'newer than the window are left out',
      windowOf([1, 2], { newerLeft: true }),
      [message(3)],
      ['id-1', 'id-2'],
    ],
    [
      'older than the window are left out',
      windowOf([5, 6], { olderLeft: true }),
      [message(4)],
      ['id-5', 'id-6'],
    ],
    [
      'in the midst of the window are taken',
      windowOf([1, 3], { newerLeft: true }),
      [message(2)],
      ['id-1', 'id-2', 'id-3'],
    ],
    ['do not begin a window that was not loaded', emptyTimeline, [message(1)], []],
    [
      'leave the window when they move out of it',
      { ...windowOf([5]), olderLeft: true, rows: [message(5), unsent('m', 0)] },
      [message(4, { id: 'm' })],
      ['id-5'],
    ],
  ])('%s', (_title, before, rows, after) => {
    expect(ids(applyRows(before, rows))).toEqual(after);
  });

  it('replace those with the same id', () => {
    const after = applyRows(windowOf([1, 2]), [message(2, { name: 'Robert' })]);
    expect(after.rows[1]).toMatchObject({ name: 'Robert' });
    expect(after.rows).toHaveLength(2);
  });

  it('leave former values as they were', () => {
    const before = windowOf([1, 2]);
    const left = applyRows(before, [message(3)]);
    const right = applyRows(before, [message(4), message(1, { name: 'Robert' })]);
    expect([ids(before), ids(left), ids(right)]).toEqual([
      ['id-1', 'id-2'],
      ['id-1', 'id-2', 'id-3'],
      ['id-1', 'id-2', 'id-4'],
    ]);
    expect(ids(applyRows(left, [message(5)]))).toEqual(['id-1', 'id-2', 'id-3', 'id-5']);
  });

  it('change nothing when none concerns the window', () => {
    const before = windowOf([1, 2], { newerLeft: true });
    expect(applyRows(before, [message(9)])).toBe(before);
  });
});

describe('a page', () => {
  it('is put before or after the window', () => {
    const older = applyPage(windowOf([3, 4], { olderLeft: true, loading: 'older' }), {
      rows: [message(1), message(2)],
      olderLeft: false,
      newerLeft: true,
    });
    expect(older).toMatchObject({ olderLeft: false, newerLeft: false, loading: 'none' });
    expect(ids(older)).toEqual(['id-1', 'id-2', 'id-3', 'id-4']);
    const newer = applyPage(windowOf([1, 2], { newerLeft: true, loading: 'newer' }), {
      rows: [message(3)],
      olderLeft: true,
      newerLeft: false,
    });
    expect(newer).toMatchObject({ olderLeft: false, newerLeft: false });
    expect(ids(newer)).toEqual(['id-1', 'id-2', 'id-3']);
  });

  it('does not lose what came while it was on its way', () => {
    const loading: Timeline = { ...emptyTimeline, loading: 'window' };
    const waiting = applyRows(loading, [message(3)]);
    const after = applyPage(waiting, { rows: [message(1), message(2)], olderLeft: true, newerLeft: false });
    expect(ids(after)).toEqual(['id-1', 'id-2', 'id-3']);
  });

  it('is not undone by a state from before it', () => {
    const loading: Timeline = { ...emptyTimeline, loading: 'window' };
    const waiting = applyRows(loading, [unsent('m', 0)]);
    const page = { rows: [message(1), message(2, { id: 'm' })], olderLeft: false, newerLeft: false };
    expect(applyPage(waiting, page).rows.at(-1)).toMatchObject({ id: 'm', delivery: 'relay' });
  });
});

describe('any sequence of rows', () => {
  const change = fc.record({ id: fc.integer({ min: 0, max: 20 }), order: fc.integer({ min: 1, max: 60 }) });
  const changes = fc.array(fc.array(change, { minLength: 1, maxLength: 5 }), { maxLength: 40 });
  const toRow = ({ id, order }: { id: number; order: number }) =>
    message(order, { id: `m${id}`, order: order * ordersPerSeq + id });

  it('leaves a whole timeline as if it had been sorted anew each time', () => {
    fc.assert(
      fc.property(changes, (batches) => {
        const latest = new Map<string, Row>();
        let timeline = whole;
        for (const batch of batches) {
          const rows = batch.map(toRow);
          for (const row of rows) latest.set(row.id, row);
          timeline = applyRows(timeline, rows);
          expect(timeline.rows).toEqual([...latest.values()].sort((a, b) => a.order - b.order));
        }
      }),
    );
  });

  it('leaves a part of a timeline in order, each id once, and within its bounds', () => {
    fc.assert(
      fc.property(changes, fc.boolean(), fc.boolean(), (batches, olderLeft, newerLeft) => {
        let timeline = windowOf([20, 30, 40], { olderLeft, newerLeft });
        for (const batch of batches) {
          timeline = applyRows(timeline, batch.map(toRow));
          const orders = timeline.rows.map((row) => row.order);
          expect(orders).toEqual([...orders].sort((a, b) => a - b));
          expect(new Set(ids(timeline)).size).toBe(orders.length);
          if (olderLeft) expect(orders[0]).toBeGreaterThanOrEqual(20 * ordersPerSeq);
          if (newerLeft) expect(orders.at(-1)).toBeLessThanOrEqual(40 * ordersPerSeq);
        }
      }),
    );
  });
});
