import type { Row } from '@otr/protocol';

/** What is being asked of the proxy for this window. `window` replaces it. */
export type Loading = 'none' | 'older' | 'newer' | 'window';

/** A contiguous window of a room's rows. */
export interface Timeline {
  /** By `order`. */
  readonly rows: readonly Row[];
  readonly olderLeft: boolean;
  /** False: the window reaches the end, and new rows are appended as they come. */
  readonly newerLeft: boolean;
  readonly loading: Loading;
  /** Names the page that is waited for: others are ignored. */
  readonly ticket: number;
  /** The new-message divider stands before the first message of others above this order; null: no divider. */
  readonly divider: number | null;
  /** Rows that came while a page was on its way, which may be older than they are: looked at again with it. */
  readonly late: readonly Row[];
  /** Ids of rows whose time was over while a page was on its way: it may still hold them. */
  readonly gone: readonly string[];
}

export interface TimelinePage {
  readonly rows: readonly Row[];
  readonly olderLeft: boolean;
  readonly newerLeft: boolean;
}

export const emptyTimeline: Timeline = {
  rows: [],
  olderLeft: true,
  newerLeft: true,
  loading: 'none',
  ticket: 0,
  divider: null,
  late: [],
  gone: [],
};

const lateAtMost = 2_000;

/**
 * Applies new and changed rows. One that is known (same id) is replaced, and moves when its order changed; one that
 * lies outside the window is left out.
 */
export function applyRows(timeline: Timeline, changed: readonly Row[]): Timeline {
  const late =
    timeline.loading === 'none' ? timeline.late : [...timeline.late, ...changed].slice(-lateAtMost);
  const rows = withRows(timeline, changed);
  if (rows === timeline.rows && late === timeline.late) return timeline;
  return { ...timeline, rows, late };
}

/** Takes rows away whose time was over. */
export function removeRows(timeline: Timeline, ids: readonly string[]): Timeline {
  const gone = new Set(ids);
  const rows = timeline.rows.filter((row) => !gone.has(row.id));
  if (timeline.loading === 'none')
    return rows.length === timeline.rows.length ? timeline : { ...timeline, rows };
  const late = timeline.late.filter((row) => !gone.has(row.id));
  return { ...timeline, rows, late, gone: [...timeline.gone, ...ids] };
}

/** Adds the page that was waited for. */
export function applyPage(timeline: Timeline, asked: TimelinePage): Timeline {
  const { loading } = timeline;
  const gone = new Set(timeline.gone);
  const page = { ...asked, rows: asked.rows.filter((row) => !gone.has(row.id)) };
  const loaded: Timeline = {
    ...timeline,
    rows: joined(timeline, page.rows),
    olderLeft: loading === 'newer' ? timeline.olderLeft : page.olderLeft,
    newerLeft: loading === 'older' ? timeline.newerLeft : page.newerLeft,
    loading: 'none',
    late: [],
    gone: [],
  };
  const placed = new Set(page.rows.filter((row) => row.seq !== null).map((row) => row.id));
  const stillNews = timeline.late.filter((row) => row.seq !== null || !placed.has(row.id));
  return applyRows(loaded, stillNews);
}

/** The index of the first row whose order is at least this one. */
export function indexOfOrder(rows: readonly Row[], order: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.order ?? Number.POSITIVE_INFINITY) < order) low = middle + 1;
    else high = middle;
  }
  return low;
}

function joined(timeline: Timeline, page: readonly Row[]): readonly Row[] {
  if (timeline.loading === 'window') return page;
  const ids = new Set(page.map((row) => row.id));
  const kept = timeline.rows.filter((row) => !ids.has(row.id));
  const rows = timeline.loading === 'older' ? [...page, ...kept] : [...kept, ...page];
  return inOrder(rows) ? rows : rows.sort((a, b) => a.order - b.order);
}

function inOrder(rows: readonly Row[]): boolean {
  return rows.every((row, index) => index === 0 || (rows[index - 1]?.order ?? 0) <= row.order);
}

function withRows(timeline: Timeline, changed: readonly Row[]): readonly Row[] {
  const index = indexOf(timeline.rows);
  const relevant = changed.filter((row) => index.has(row.id) || inWindow(timeline, timeline.rows, row.order));
  if (relevant.length === 0) return timeline.rows;
  orders.delete(timeline.rows);
  const rows = isAppended(timeline.rows, index, relevant)
    ? appended(timeline.rows, index, relevant)
    : placed(timeline, index, relevant);
  orders.set(rows, index);
  return rows;
}

/** The usual case: copying a long window once is what a new message costs. */
function isAppended(rows: readonly Row[], index: Map<string, number>, added: readonly Row[]): boolean {
  let last = rows.at(-1)?.order ?? Number.NEGATIVE_INFINITY;
  const ids = new Set<string>();
  for (const row of added) {
    if (index.has(row.id) || ids.has(row.id) || row.order <= last) return false;
    ids.add(row.id);
    last = row.order;
  }
  return true;
}

function appended(rows: readonly Row[], index: Map<string, number>, added: readonly Row[]): readonly Row[] {
  for (const row of added) index.set(row.id, row.order);
  return rows.concat(added);
}

function placed(timeline: Timeline, index: Map<string, number>, changed: readonly Row[]): readonly Row[] {
  const rows = timeline.rows.slice();
  for (const row of changed) {
    const before = index.get(row.id);
    if (before !== undefined) rows.splice(placeOf(rows, row.id, before), 1);
    index.delete(row.id);
    if (before !== row.order && !inWindow(timeline, rows, row.order)) continue;
    const place = indexOfOrder(rows, row.order);
    if (place === rows.length) rows.push(row);
    else rows.splice(place, 0, row);
    index.set(row.id, row.order);
  }
  return rows;
}

function inWindow(timeline: Timeline, rows: readonly Row[], order: number): boolean {
  const first = rows[0]?.order ?? Number.POSITIVE_INFINITY;
  const last = rows.at(-1)?.order ?? Number.NEGATIVE_INFINITY;
  return (!timeline.olderLeft || order > first) && (!timeline.newerLeft || order < last);
}

/** Rows of one order can be several only if the proxy errs; the id decides. */
function placeOf(rows: readonly Row[], id: string, order: number): number {
  let place = indexOfOrder(rows, order);
  while (rows[place]?.id !== id && rows[place]?.order === order) place += 1;
  return place;
}

/**
 * Order by id, for each array of rows. A memory, not state: it is handed on from one array to the next, so that a
 * row costs no pass over all rows, and made anew for an array that has none.
 */
const orders = new WeakMap<readonly Row[], Map<string, number>>();

function indexOf(rows: readonly Row[]): Map<string, number> {
  const known = orders.get(rows);
  if (known !== undefined) return known;
  const index = new Map(rows.map((row) => [row.id, row.order]));
  orders.set(rows, index);
  return index;
}
