import type { LocalClient } from '@otr/client/node';
import type { Row } from '@otr/protocol';
import { command } from '../command.ts';
import { done, type Exit, failed } from '../exit.ts';
import { messageJson, messageLine, remarkLine } from '../rowText.ts';
import { withRoom } from '../running.ts';
import { jsonLine, type Terminal } from '../terminal.ts';
import { afterSeq, beforeNewest, beginning, isPlaced, readAfter } from '../timeline.ts';

export const read = command({
  path: 'read',
  arguments: ['<room>'],
  summary: 'Print the messages of a room in order; what is no message goes to standard error.',
  notes:
    'Own messages that the relay does not have yet come last, without a place (seq null); with --follow they\n' +
    'come once they have one. Only new messages: --follow --limit 0',
  uses: ['follow', 'limit', 'since'],
  run: (settings, [wanted = ''], surroundings) =>
    withRoom(settings, wanted, async (client, { room }) => {
      const { terminal } = surroundings;
      const counts = settings.follow ? isPlaced : () => true;
      const earliest = settings.since === undefined ? beginning : afterSeq(settings.since);
      const start =
        settings.limit === undefined
          ? { ok: true as const, value: earliest }
          : await beforeNewest(client, room, settings.limit, earliest, counts);
      if (!start.ok) return failed(start.error.message);

      const show = (row: Row) => {
        if (counts(row)) print(row, settings.json, terminal);
      };
      if (settings.follow) return follow(client, room, start.value, show, surroundings.ending);
      const read = await readAfter(client, room, start.value, show);
      return read.ok ? done : failed(read.error.message);
    }),
});

function print(row: Row, json: boolean, terminal: Terminal): void {
  if (row.kind !== 'message') terminal.note(remarkLine(row));
  else terminal.result(json ? jsonLine(messageJson(row)) : messageLine(terminal, row));
}

/**
 * Events only wake it; what is shown is always read from the timeline, after the last row shown. So nothing is
 * lost or shown twice when the proxy restarts.
 */
async function follow(
  client: LocalClient,
  room: string,
  start: number,
  show: (row: Row) => void,
  ending: AbortSignal,
): Promise<Exit> {
  const wakes = listen(client, room, ending);
  let order = start;
  try {
    while (!ending.aborted && !wakes.gone()) {
      const woken = wakes.next();
      const read = await readAfter(client, room, order, (row) => {
        show(row);
        if (isPlaced(row)) order = row.order;
      });
      if (!read.ok && read.error.code === 'roomNotFound') return failed(read.error.message);
      await woken;
    }
    return wakes.gone() ? failed('you are no longer in this room') : done;
  } finally {
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
