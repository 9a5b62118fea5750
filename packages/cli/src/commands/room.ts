import { limits, type RoomSummary } from '@otr/protocol';
import { command } from '../command.ts';
import { done, failed } from '../exit.ts';
import { tellJoined } from '../joined.ts';
import { finish, withProxy, withRoom } from '../running.ts';
import { jsonLine, plain } from '../terminal.ts';

const create = command({
  path: 'room create',
  arguments: ['<name>'],
  summary: 'Create a room and print its id.',
  uses: ['timeout', 'large'],
  run: (settings, [name = ''], surroundings) =>
    withProxy(settings, async (client) => {
      const created = await client.request('createRoom', { name, large: settings.large });
      if (!created.ok) return failed(created.error.message);
      return tellJoined(client, created.value.room, settings, surroundings);
    }),
});

const join = command({
  path: 'room join',
  arguments: ['<link>'],
  summary: 'Join a room by its invite link and print its id; "-" reads the link from standard input.',
  notes:
    'The link holds the room’s secret, and other users of this machine can see command lines: prefer "-" there.\n' +
    'If the relay is out of reach, the room is kept and joined later; that is no failure.',
  uses: ['timeout'],
  run: (settings, [word = ''], surroundings) =>
    withProxy(settings, async (client) => {
      const link = word === '-' ? await surroundings.terminal.readInput(limits.text) : word;
      const joined = await client.request('joinRoom', { link: (link ?? '').trim() });
      if (!joined.ok) return failed(joined.error.message);
      return tellJoined(client, joined.value.room, settings, surroundings);
    }),
});

const list = command({
  path: 'room list',
  summary: 'List the rooms: id, members, unread messages, name.',
  run: (settings, _words, { terminal }) =>
    withProxy(settings, async (_client, { rooms }) => {
      for (const room of rooms) terminal.result(settings.json ? jsonLine(listed(room)) : listLine(room));
      if (rooms.length === 0 && !settings.json) terminal.note('No rooms yet: otr room create NAME');
      return done;
    }),
});

const listed = ({ room, name, state, memberCount, unread, queued, knocks }: RoomSummary) => ({
  room,
  name,
  state,
  members: memberCount,
  unread,
  queued,
  knocks,
});

function listLine(summary: RoomSummary): string {
  const { room, name, memberCount, unread } = summary;
  const remarks = remarksOf(summary);
  const remark = remarks.length === 0 ? '' : `  (${remarks.map(plain).join('; ')})`;
  return `${room}  ${memberCount} members  ${unread} unread  ${plain(name)}${remark}`;
}

function remarksOf({ state, reason, knocks, alarm }: RoomSummary): string[] {
  return [
    ...(state === 'joined' ? [] : [reason ?? state]),
    ...(knocks > 0 ? [`${knocks} waiting to be let in`] : []),
    ...(alarm ? ['ALARM: read it'] : []),
  ];
}

const rename = command({
  path: 'room rename',
  arguments: ['<room>', '<name>'],
  summary: 'Rename a room for all its members.',
  run: (settings, [wanted = '', name = ''], { terminal }) =>
    withRoom(settings, wanted, async (client, { room }) => {
      const renamed = await client.request('renameRoom', { room, name });
      return finish(renamed, settings, terminal, { room });
    }),
});

const leave = command({
  path: 'room leave',
  arguments: ['<room>'],
  summary: 'Leave a room; its keys and history here are erased.',
  run: (settings, [wanted = ''], { terminal }) =>
    withRoom(settings, wanted, async (client, { room }) => {
      const left = await client.request('leaveRoom', { room });
      return finish(left, settings, terminal, { room });
    }),
});

const rejoin = command({
  path: 'room rejoin',
  arguments: ['<room>'],
  summary: 'Ask to be let in again, with the history that is here, after this profile’s keys were lost.',
  uses: ['timeout'],
  run: (settings, [wanted = ''], surroundings) =>
    withRoom(settings, wanted, async (client, { room }) => {
      const asked = await client.request('returnToRoom', { room });
      if (!asked.ok) return failed(asked.error.message);
      return tellJoined(client, room, settings, surroundings);
    }),
});

export const roomCommands = [create, list, join, rejoin, rename, leave];
