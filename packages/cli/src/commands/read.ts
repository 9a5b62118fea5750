import type { Row } from '@otr/protocol';
import { command } from '../command.ts';
import { done, failed } from '../exit.ts';
import { follow } from '../follow.ts';
import type { Settings } from '../options.ts';
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
    'come once they have one; a message that is edited, deleted or reacted to is printed again, as it reads now.\n' +
    'Only new messages: --follow --limit 0',
  uses: ['follow', 'limit', 'since', 'ids'],
  run: (settings, [wanted = ''], surroundings) =>
    withRoom(settings, wanted, async (client, { room, me }) => {
      const { terminal } = surroundings;
      const counts = settings.follow ? isPlaced : () => true;
      const earliest = settings.since === undefined ? beginning : afterSeq(settings.since);
      const start =
        settings.limit === undefined
          ? { ok: true as const, value: earliest }
          : await beforeNewest(client, room, settings.limit, earliest, counts);
      if (!start.ok) return failed(start.error.message);

      const show = (row: Row) => {
        if (counts(row)) print(row, me, settings, terminal);
      };
      if (settings.follow) return follow(client, room, start.value, show, surroundings.ending);
      const read = await readAfter(client, room, start.value, show);
      return read.ok ? done : failed(read.error.message);
    }),
});

function print(
  row: Row,
  me: string | null,
  { json, ids }: Settings<'json' | 'ids'>,
  terminal: Terminal,
): void {
  if (row.kind !== 'message') terminal.note(remarkLine(row));
  else if (json) terminal.result(jsonLine(messageJson(row)));
  else terminal.result(`${ids ? `${row.id} ` : ''}${messageLine(terminal, row, me)}`);
}
