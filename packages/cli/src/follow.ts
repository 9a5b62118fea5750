import type { LocalClient } from '@otr/client/node';
import type { Row } from '@otr/protocol';
import { done, type Exit, failed } from './exit.ts';
import { lateRows } from './lateRows.ts';
import { isPlaced, readAfter } from './timeline.ts';

/**
 * Shows the placed rows after `start` and goes on until `ending`. Events only wake it; what is shown is read from
 * the timeline, after the last row shown. So nothing is lost or shown twice when the proxy restarts. Only what comes
 * for a place that was shown before (an alarm, an edit) is told by its event alone.
 */
export async function follow(
  client: LocalClient,
  room: string,
  start: number,
  show: (row: Row) => void,
  ending: AbortSignal,
): Promise<Exit> {
  let order = start;
  const late = lateRows(client, room, () => order, show);
  const wakes = listen(client, room, ending);
  try {
    while (!ending.aborted && !wakes.gone()) {
      const woken = wakes.next();
      const read = await readAfter(client, room, order, (row) => {
        late.shown(row);
        show(row);
        if (isPlaced(row)) order = row.order;
      });
      if (!read.ok && read.error.code === 'roomNotFound') return failed(read.error.message);
      // Without an answer nothing may come to wake us; that took ten seconds, so trying again is no rush.
      if (read.ok || read.error.code !== 'timedOut') await woken;
    }
    return wakes.gone() ? failed('you are no longer in this room') : done;
  } finally {
    late.stop();
    wakes.stop();
  }
}

/** Whatever may have brought new rows, since `next` was called. */
function listen(client: LocalClient, room: string, ending: AbortSignal) {
  let wake = () => {};
  let gone = false;
  const stops = [
    client.on('rows', (changed) => changed.room === room && wake()),
    client.on('roomGone', (left) => {
      gone ||= left.room === room;
      wake();
    }),
    client.onConnection((connection) => connection === 'online' && wake()),
    // A locked profile answers nothing; its snapshot tells that it is open again.
    client.on('snapshot', () => wake()),
  ];
  const end = () => wake();
  ending.addEventListener('abort', end);
  return {
    next: () =>
      new Promise<void>((resolve) => {
        wake = resolve;
        if (ending.aborted) resolve();
      }),
    gone: () => gone,
    stop() {
      for (const stop of stops) stop();
      ending.removeEventListener('abort', end);
    },
  };
}
