import type { Row } from '@otr/protocol';
import { describe, expect, it } from 'vitest';
import { isDoubtful, newMessageIndex, readBy, receivedBy, timelineItem, unreadTotal } from '../src/select.ts';
import { emptyTimeline, type Timeline } from '../src/timeline.ts';
import { emptyView } from '../src/view.ts';
import { member as memberRow, message, notice, otherRoom, room, summary } from './rows.ts';

function timelineOf(rows: Row[], more: Partial<Timeline> = {}): Timeline {
  return { ...emptyTimeline, rows, olderLeft: false, newerLeft: false, ...more };
}

const whisperTo = (seq: number, ...to: string[]) => message(seq, { whisper: { to, names: to } });

const noon = new Date(2026, 0, 15, 12).getTime();
const minutes = 60_000;

describe('a timeline item', () => {
  it.each<[title: string, first: Row, second: Row, together: boolean]>([
    ['the same person soon after', message(1, { at: noon }), message(2, { at: noon + 4 * minutes }), true],
    ['the same person later', message(1, { at: noon }), message(2, { at: noon + 5 * minutes }), false],
    ['another person', message(1, { at: noon }), message(2, { at: noon, from: 'c' }), false],
    ['a notice between', notice(1), message(2), false],
    ['somebody marked', message(1), message(2, { trust: 'refused' }), false],
    ['the same doubt', message(1, { trust: 'unproven' }), message(2, { trust: 'unproven' }), true],
    ['no doubt', message(1, { trust: 'unverified' }), message(2, { trust: 'verified' }), true],
    ['a whisper after what all hear', message(1), whisperTo(2, 'a'), false],
    ['whispers to the same, in whatever order', whisperTo(1, 'a', 'd'), whisperTo(2, 'd', 'a'), true],
    ['whispers to others', whisperTo(1, 'a'), whisperTo(2, 'a', 'd'), false],
    [
      'another day',
      message(1, { at: new Date(2026, 0, 15, 23, 59).getTime() }),
      message(2, { at: new Date(2026, 0, 16).getTime() }),
      false,
    ],
  ])('groups by person and time: %s', (_title, first, second, together) => {
    const timeline = timelineOf([first, second]);
    expect(timelineItem(timeline, 0)?.endsGroup).toBe(!together);
    expect(timelineItem(timeline, 1)?.startsGroup).toBe(!together);
  });

  it('begins a day', () => {
    const timeline = timelineOf([
      message(1, { at: new Date(2026, 0, 15, 23, 59).getTime() }),
      message(2, { at: new Date(2026, 0, 16).getTime() }),
      message(3, { at: new Date(2026, 0, 16, 1).getTime() }),
    ]);
    expect([0, 1, 2].map((index) => timelineItem(timeline, index)?.newDay)).toEqual([true, true, false]);
    expect(timelineItem(timeline, 3)).toBeUndefined();
  });
});

describe('the new-message divider', () => {
  const rows = [message(1), message(2), message(3, { own: true }), notice(4), message(5)];

  it.each<[title: string, timeline: Timeline, index: number]>([
    ['stands before the first message that was not read', timelineOf(rows, { divider: 1_024 }), 1],
    ['skips own messages and notices', timelineOf(rows, { divider: 2 * 1_024 }), 4],
    ['stands nowhere when all was read', timelineOf(rows, { divider: 5 * 1_024 }), -1],
    ['stands nowhere when none was placed', timelineOf(rows), -1],
    ['stands nowhere when it is above the window', timelineOf(rows, { divider: 0, olderLeft: true }), -1],
    ['stands at the top when nothing was ever read', timelineOf(rows, { divider: 0 }), 0],
  ])('%s', (_title, timeline, index) => {
    expect(newMessageIndex(timeline)).toBe(index);
    if (index >= 0) {
      expect(timelineItem(timeline, index)).toMatchObject({ newMessages: true, startsGroup: true });
    }
  });
});

describe('receipts', () => {
  const member = (key: string, received: number) => memberRow(key, { received });
  const members = [member('b', 7), member('c', 6), member('d', 9)];
  const own = message(7, { own: true, recipients: ['b', 'c', 'gone'] });

  it('count the recipients who are still members and have received it', () => {
    expect(receivedBy(own, members)).toEqual({ n: 1, m: 2 });
    expect(receivedBy({ ...own, seq: null }, members)).toEqual({ n: 0, m: 2 });
    expect(receivedBy(message(7), members)).toEqual({ n: 0, m: 0 });
  });

  it('count who has read it among those who tell', () => {
    const telling = members.map((one) => ({ ...one, read: one.key === 'c' ? null : one.received }));
    expect(readBy(own, telling)).toEqual({ n: 1, m: 1 });
    expect(readBy({ ...own, seq: 8 }, telling)).toEqual({ n: 0, m: 1 });
    expect(readBy({ ...own, seq: null }, telling)).toEqual({ n: 0, m: 1 });
    expect(readBy(own, members)).toEqual({ n: 0, m: 0 });
  });
});

it.each([
  ...([
    ['self', false],
    ['verified', false],
    ['unverified', false],
    ['waiting', false],
    [undefined, false],
  ] as const),
  ...([
    ['unproven', true],
    ['refused', true],
    ['changed', true],
  ] as const),
])('[D3] %s is marked in the timeline: %s', (trust, marked) => expect(isDoubtful(trust)).toBe(marked));

it('the title counts unread messages of all rooms', () => {
  const rooms = [summary(room, { unread: 2 }), summary(otherRoom, { unread: 3 })];
  expect(unreadTotal({ ...emptyView, rooms })).toBe(5);
});
