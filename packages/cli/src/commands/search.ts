import { limits } from '@otr/protocol';
import { command } from '../command.ts';
import { done, failed } from '../exit.ts';
import { messageJson, messageLine } from '../rowText.ts';
import { findRoom, withProxy } from '../running.ts';
import { jsonLine, plain } from '../terminal.ts';

export const search = command({
  path: 'search',
  arguments: ['<words...>'],
  summary: 'Print the messages that have all of these words, the newest first; the last may be a beginning.',
  notes: `At most ${limits.searchHits}, the newest.`,
  uses: ['room', 'limit'],
  run: (settings, words, { terminal }) =>
    withProxy(settings, async (client, { rooms }) => {
      const within = settings.room === undefined ? undefined : findRoom(rooms, settings.room);
      if (within?.ok === false) return failed(within.message);
      const limit = Math.min(settings.limit ?? limits.searchHits, limits.searchHits);
      if (limit === 0) return done;
      const room = within?.value.room;
      const text = words.join(' ');
      const found = await client.request('search', { text, limit, ...(room !== undefined && { room }) });
      if (!found.ok) return failed(found.error.message);
      const known = new Map(rooms.map((one) => [one.room, one]));
      for (const { room: where, row } of found.value.hits) {
        if (row.kind !== 'message') continue;
        const summary = known.get(where);
        const line = `${plain(summary?.name ?? where)}  ${messageLine(terminal, row, summary?.me ?? null)}`;
        terminal.result(settings.json ? jsonLine(messageJson(row)) : line);
      }
      return done;
    }),
});
