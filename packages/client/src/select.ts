import { type Member, type MessageRow, type Row, type Trust, unsentOrder } from '@otr/protocol';
import { indexOfOrder, type Timeline } from './timeline.ts';
import type { View } from './view.ts';

/** A row with what its surroundings make of it. */
export interface TimelineItem {
  readonly row: Row;
  /** The first row of its day (local time): a day separator stands before it. */
  readonly newDay: boolean;
  /** The new-message divider stands before it. */
  readonly newMessages: boolean;
  /**
   * Starts a group: shows name and time. False for a message of the same person within 5 minutes of the last, for the
   * same people, and with as much known of who it is.
   */
  readonly startsGroup: boolean;
  /** The last of its group. */
  readonly endsGroup: boolean;
}

const groupMs = 5 * 60_000;

/** The item at an index of `timeline.rows`; looks at its neighbours only, so a virtual list can ask as it scrolls. */
export function timelineItem(timeline: Timeline, index: number): TimelineItem | undefined {
  const row = timeline.rows[index];
  if (row === undefined) return undefined;
  const previous = timeline.rows[index - 1];
  const next = timeline.rows[index + 1];
  const divider = newMessageIndex(timeline);
  return {
    row,
    newDay: previous === undefined || !sameDay(previous.at, row.at),
    newMessages: index === divider,
    startsGroup: index === divider || !continues(previous, row),
    endsGroup: index + 1 === divider || next === undefined || !continues(row, next),
  };
}

/** Where the new-message divider stands (index of the row after it); -1: nowhere in this window. */
export function newMessageIndex(timeline: Timeline): number {
  const known = dividers.get(timeline);
  if (known !== undefined) return known;
  const index = findDivider(timeline);
  dividers.set(timeline, index);
  return index;
}

/** Of an own message: `n` of the `m` members it was sealed for, and who are still here, have received it. */
export interface Receipt {
  readonly n: number;
  readonly m: number;
}

export function receivedBy(row: MessageRow, members: readonly Member[]): Receipt {
  const received = receivedByKey(members);
  const marks = (row.recipients ?? []).flatMap((key) => received.get(key) ?? []);
  const { seq } = row;
  return { n: seq === null ? 0 : marks.filter((mark) => mark >= seq).length, m: marks.length };
}

/** Of an own message: `n` of the `m` recipients who are still here and tell what they read have read it. */
export function readBy(row: MessageRow, members: readonly Member[]): Receipt {
  const recipients = new Set(row.recipients ?? []);
  const marks = members.flatMap(({ key, read }) => (recipients.has(key) && read !== null ? [read] : []));
  const { seq } = row;
  return { n: seq === null ? 0 : marks.filter((mark) => mark >= seq).length, m: marks.length };
}

/** Unread messages in all rooms: for the title and the badge. */
export function unreadTotal(view: View): number {
  return view.rooms.reduce((total, room) => total + room.unread, 0);
}

/** Marked wherever it speaks: who this member is was not shown, or shown falsely, or is another than it was. */
export function isDoubtful(trust: Trust | undefined): trust is 'unproven' | 'refused' | 'changed' {
  return trust === 'unproven' || trust === 'refused' || trust === 'changed';
}

function sameDoubt(a: Trust | undefined, b: Trust | undefined): boolean {
  return isDoubtful(a) || isDoubtful(b) ? a === b : true;
}

/** Both to everybody, or whispered to the same. */
function sameAudience(a: MessageRow, b: MessageRow): boolean {
  const audience = ({ whisper }: MessageRow) => whisper?.to.toSorted().join() ?? '';
  return a.whisper === undefined && b.whisper === undefined ? true : audience(a) === audience(b);
}

function continues(previous: Row | undefined, row: Row): boolean {
  return (
    previous?.kind === 'message' &&
    row.kind === 'message' &&
    previous.from === row.from &&
    sameDoubt(previous.trust, row.trust) &&
    sameAudience(previous, row) &&
    Math.abs(row.at - previous.at) < groupMs &&
    sameDay(previous.at, row.at)
  );
}

function sameDay(a: number, b: number): boolean {
  const [first, second] = [new Date(a), new Date(b)];
  return (
    first.getDate() === second.getDate() &&
    first.getMonth() === second.getMonth() &&
    first.getFullYear() === second.getFullYear()
  );
}

function findDivider({ rows, divider, olderLeft }: Timeline): number {
  if (divider === null) return -1;
  const start = indexOfOrder(rows, divider + 1);
  if (start === 0 && olderLeft) return -1;
  for (let index = start; index < rows.length; index += 1) {
    const row = rows[index];
    if (row !== undefined && isNews(row)) return index;
  }
  return -1;
}

function isNews(row: Row): boolean {
  return row.order < unsentOrder && (row.kind === 'message' ? !row.own : row.kind !== 'notice');
}

const dividers = new WeakMap<Timeline, number>();
const marksOfMembers = new WeakMap<readonly Member[], Map<string, number>>();

function receivedByKey(members: readonly Member[]): Map<string, number> {
  const known = marksOfMembers.get(members);
  if (known !== undefined) return known;
  const marks = new Map(members.map((member) => [member.key, member.received]));
  marksOfMembers.set(members, marks);
  return marks;
}
