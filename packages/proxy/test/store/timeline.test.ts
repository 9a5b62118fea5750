import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import type { TimelineFrom } from '../../src/store/timelineTable.ts';
import { addRoom, kindsOfRoom, message, Places } from './places.ts';

describe.each(kindsOfRoom)('in $kind', ({ offTheRecord }) => {
  let places: Places;
  let store: Store;
  let number: number;
  beforeEach(() => {
    places = new Places();
    store = places.memory();
    number = addRoom(store, 'Garden', offTheRecord).number;
  });
  afterEach(() => places.clean());

  test('rows move with their order, and unread counts messages of others', () => {
    store.timeline.write(number, message(2 ** 50 + 1, { id: 'own', own: true }));
    store.timeline.write(number, message(1_024));
    store.timeline.write(number, message(2_048, { id: 'own', own: true }));
    store.timeline.write(number, message(3_072));
    const page = store.timeline.page(number, { at: 'end' }, 10);
    expect(page?.rows.map(({ order }) => order)).toEqual([1_024, 2_048, 3_072]);
    expect(store.timeline.countAfter(number, 0)).toBe(2);
    expect(store.timeline.countAfter(number, 1_024)).toBe(1);
  });

  test('a page of long messages stops early and says so; going on from its edge finds all of them', () => {
    const text = 'x'.repeat(64 * 1024);
    const rows = 100;
    store.step(() => {
      for (let order = 1; order <= rows; order++) store.timeline.write(number, message(order, { text }));
    });
    const page = (from: TimelineFrom) => {
      const found = store.timeline.page(number, from, 500);
      if (!found) throw new Error('no page');
      expect(JSON.stringify(found.rows).length).toBeLessThan(2.2 * 1024 * 1024);
      expect(found.rows.length).toBeGreaterThan(1);
      return { ...found, orders: found.rows.map(({ order }) => order) };
    };
    let before = page({ at: 'end' });
    expect([before.olderLeft, before.newerLeft]).toEqual([true, false]);
    const seen = [...before.orders];
    while (before.olderLeft) {
      before = page({ at: 'before', order: seen[0] ?? 0 });
      seen.unshift(...before.orders);
    }
    expect(seen).toEqual(Array.from({ length: rows }, (_, index) => index + 1));
    const around = page({ at: 'around', id: 'message-50' });
    expect([around.olderLeft, around.newerLeft, around.orders.includes(50)]).toEqual([true, true, true]);
    expect(page({ at: 'after', order: 0 })).toMatchObject({ olderLeft: false, newerLeft: true });
  });

  test('a page says whether there is more on each side', () => {
    for (let order = 1; order <= 3; order++) store.timeline.write(number, message(order));
    const left = (from: TimelineFrom, limit: number) => {
      const page = store.timeline.page(number, from, limit);
      return [page?.rows.map(({ order }) => order), page?.olderLeft, page?.newerLeft];
    };
    expect(left({ at: 'before', order: 9 }, 3)).toEqual([[1, 2, 3], false, false]);
    expect(left({ at: 'before', order: 3 }, 1)).toEqual([[2], true, true]);
    expect(left({ at: 'after', order: 0 }, 3)).toEqual([[1, 2, 3], false, false]);
    expect(left({ at: 'after', order: 1 }, 1)).toEqual([[2], true, true]);
    expect(left({ at: 'around', id: 'message-2' }, 1)).toEqual([[2], true, true]);
    expect(left({ at: 'around', id: 'message-1' }, 3)).toEqual([[1, 2], false, true]);
  });

  test('messages whose time is over are found by room, the next one is known, and removing them ends it', () => {
    const other = addRoom(store, 'Garden', offTheRecord).number;
    expect(store.timeline.nextExpiry()).toBeNull();
    store.timeline.write(number, message(1, { expiresAt: 50 }));
    store.timeline.write(number, message(2, { expiresAt: 100 }));
    store.timeline.write(number, message(3));
    store.timeline.write(other, message(4, { expiresAt: 100 }));
    store.timeline.write(other, message(5, { expiresAt: 8.64e15 }));
    expect(store.timeline.nextExpiry()).toBe(50);
    expect(store.timeline.due(49)).toEqual([]);
    expect(store.timeline.due(100)).toEqual([
      { room: number, ids: ['message-1', 'message-2'] },
      { room: other, ids: ['message-4'] },
    ]);
    for (const { room, ids } of store.timeline.due(100)) store.timeline.remove(room, ids);
    expect(store.timeline.due(100)).toEqual([]);
    expect(store.timeline.nextExpiry()).toBe(8.64e15);
    expect(store.timeline.get(number, 'message-3')).not.toBeNull();
  });

  test('a long room is gone at once, and its messages leave the index a part at a time', () => {
    const other = addRoom(store, 'Garden', offTheRecord).number;
    const rows = 250;
    store.step(() => {
      for (let order = 1; order <= rows; order++) {
        store.timeline.write(number, message(order, { text: 'shared', expiresAt: order }));
      }
      store.timeline.write(other, message(1, { text: 'shared', expiresAt: 1_000 }));
    });
    expect(store.timeline.due(rows).flatMap(({ ids }) => ids)).toHaveLength(100);
    store.rooms.remove(number);
    const hits = () => store.timeline.search({ text: 'shared', limit: 10 }).map(({ room }) => room);
    expect(hits()).toEqual([other]);
    expect(store.timeline.due(rows)).toEqual([]);
    expect(store.timeline.nextExpiry()).toBe(1_000);
    expect([store.tidy(), store.tidy(), store.tidy()]).toEqual([true, false, false]);
    expect(store.timeline.search({ text: 'shared', room: number, limit: 10 })).toEqual([]);
    expect(hits()).toEqual([other]);
  });
});

test('pages of 50,000 rows are found without reading the others', () => {
  const places = new Places();
  onTestFinished(() => places.clean());
  const store = places.memory();
  const { number } = addRoom(store);
  const rows = 50_000;
  store.step(() => {
    for (let order = 1; order <= rows; order++) store.timeline.write(number, message(order));
  });
  const around = store.timeline.page(number, { at: 'around', id: 'message-25000' }, 100);
  expect(around?.rows).toHaveLength(100);
  const before = store.timeline.page(number, { at: 'before', order: 100 }, 500);
  expect(before?.rows).toHaveLength(99);
  expect([before?.olderLeft, before?.newerLeft]).toEqual([false, true]);
  const after = store.timeline.page(number, { at: 'after', order: rows - 10 }, 500);
  expect(after?.rows).toHaveLength(10);
  expect([after?.olderLeft, after?.newerLeft]).toEqual([true, false]);
});
