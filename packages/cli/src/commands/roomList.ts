import type { LocalClient } from '@otr/client/node';
import type { RoomSummary } from '@otr/protocol';
import { command } from '../command.ts';
import { done } from '../exit.ts';
import { heldWords } from '../held.ts';
import { withProxy } from '../running.ts';
import { jsonLine, plain } from '../terminal.ts';

export const roomList = command({
  path: 'room list',
  summary: 'List the rooms: id, members, unread messages, name.',
  run: (settings, _words, { terminal }) =>
    withProxy(settings, async (client, { rooms }) => {
      for (const room of rooms) {
        terminal.result(settings.json ? jsonLine(listed(room)) : await listLine(client, room));
      }
      if (rooms.length === 0 && !settings.json) terminal.note('No rooms yet: otr room create NAME');
      return done;
    }),
});

const listed = (summary: RoomSummary) => {
  const { room, name, state, memberCount, unread, queued, knocks, offTheRecord, trust } = summary;
  return { room, name, state, members: memberCount, unread, queued, knocks, offTheRecord, trust };
};

async function listLine(client: LocalClient, summary: RoomSummary): Promise<string> {
  const { room, name, memberCount, unread } = summary;
  const held = await heldWords(client, summary);
  const remarks = [...remarksOf(summary), ...(held === undefined ? [] : [`sending ${held}`])];
  const remark = remarks.length === 0 ? '' : `  (${remarks.map(plain).join('; ')})`;
  return `${room}  ${memberCount} members  ${unread} unread  ${plain(name)}${remark}`;
}

function remarksOf({ state, reason, knocks, alarm, offTheRecord }: RoomSummary): string[] {
  return [
    ...(state === 'joined' ? [] : [reason ?? state]),
    ...(offTheRecord ? ['off the record'] : []),
    ...(knocks > 0 ? [`${knocks} waiting to be let in`] : []),
    ...(alarm ? ['ALARM: read it'] : []),
  ];
}
