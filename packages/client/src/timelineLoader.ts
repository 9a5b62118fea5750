import { type LocalRequest, ok, type Result, unsentOrder } from '@otr/protocol';
import type { LocalClient } from './localClient.ts';
import type { ViewInput } from './reduce.ts';
import type { Loading, Timeline } from './timeline.ts';
import type { View } from './view.ts';

type From = LocalRequest<'getTimeline'>['from'];

/** Fetches pages of timelines and hands them to the view. One page at a time for each room. */
export function timelineLoader(
  client: LocalClient,
  dispatch: (input: ViewInput) => void,
  view: () => View,
  pageSize: number,
) {
  let lastTicket = 0;

  async function load(room: string, where: Exclude<Loading, 'none'>, from: From): Promise<Result<object>> {
    lastTicket += 1;
    const ticket = lastTicket;
    dispatch({ kind: 'load', room, where, ticket });
    const answer = await client.request('getTimeline', { room, from, limit: pageSize });
    if (!answer.ok) {
      dispatch({ kind: 'loadFailed', room, ticket });
      return answer;
    }
    dispatch({ kind: 'page', room, ticket, page: answer.value });
    return ok({});
  }

  function timeline(room: string): Timeline | undefined {
    return view().timelines.get(room);
  }

  const end: From = { at: 'end' };

  return {
    /** The newest rows, when nothing has been loaded yet. */
    async loadFirst(room: string): Promise<void> {
      const known = timeline(room);
      const isLoaded = known !== undefined && (known.rows.length > 0 || !known.newerLeft);
      if (!isLoaded && known?.loading !== 'window') await load(room, 'window', end);
    },
    /** The same part of the timeline again, after a connection was lost. */
    async reload(room: string): Promise<void> {
      const known = timeline(room);
      const middle = known?.newerLeft ? known.rows[known.rows.length >> 1] : undefined;
      const answer = await load(room, 'window', middle ? { at: 'around', id: middle.id } : end);
      if (!answer.ok && answer.error.code === 'messageNotFound') await load(room, 'window', end);
    },
    async loadOlder(room: string): Promise<void> {
      const known = timeline(room);
      const first = known?.rows[0];
      if (!first || known?.loading !== 'none' || !known.olderLeft) return;
      await load(room, 'older', { at: 'before', order: first.order });
    },
    async loadNewer(room: string): Promise<void> {
      const known = timeline(room);
      const last = known?.rows.at(-1);
      if (!last || known?.loading !== 'none' || !known.newerLeft) return;
      await load(room, 'newer', { at: 'after', order: last.order });
    },
    async jumpToLatest(room: string): Promise<void> {
      if (timeline(room)?.newerLeft !== false) await load(room, 'window', end);
    },
    async jumpTo(room: string, id: string): Promise<Result<object>> {
      if (timeline(room)?.rows.some((row) => row.id === id)) return ok({});
      return await load(room, 'window', { at: 'around', id });
    },
    /** The order of the last row that has a place in the log; null while the window does not reach the end. */
    lastSeenOrder(room: string): number | null {
      const known = timeline(room);
      if (known === undefined || known.newerLeft) return null;
      return known.rows.findLast((row) => row.order < unsentOrder)?.order ?? null;
    },
  };
}
