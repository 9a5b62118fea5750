import type { LocalClient } from '@otr/client/node';
import { limits, type RoomSummary } from '@otr/protocol';
import { command, type Surroundings } from '../command.ts';
import { done, type Exit, failed } from '../exit.ts';
import { waitUntilJoined } from '../joined.ts';
import type { Settings } from '../options.ts';
import { withProxy, withRoom } from '../running.ts';
import { jsonLine, plain } from '../terminal.ts';

const create = command({
  path: 'room create',
  arguments: ['<name>'],
  summary: 'Create a room and print its id.',
  uses: ['timeout'],
  run: (settings, [name = ''], surroundings) =>
    withProxy(settings, async (client) => {
      const created = await client.request('createRoom', { name });
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

/** Prints the id when the room is joined, or when it is kept and the relay does not answer for now. */
async function tellJoined(
  client: LocalClient,
  room: string,
  settings: Settings<'json' | 'timeout'>,
  { terminal, ending }: Surroundings,
): Promise<Exit> {
  const joined = await waitUntilJoined(client, room, settings.timeout, ending);
  if (joined.state === 'stopped') return failed(joined.reason);
  if (joined.state === 'waiting') {
    terminal.note('The relay has not answered yet: the room is kept, and this goes on by itself.');
  }
  terminal.result(settings.json ? jsonLine({ room }) : room);
  return done;
}

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

const listed = ({ room, name, state, memberCount, unread, queued }: RoomSummary) => ({
  room,
  name,
  state,
  members: memberCount,
  unread,
  queued,
});

function listLine({ room, name, state, memberCount, unread, reason }: RoomSummary): string {
  const remark = state === 'joined' ? '' : `  (${plain(reason ?? state)})`;
  return `${room}  ${memberCount} members  ${unread} unread  ${plain(name)}${remark}`;
}

const invite = command({
  path: 'room invite',
  arguments: ['<room>'],
  summary: 'Print the invite link of a room. Whoever has it can join and read what is written from then on.',
  run: (settings, [wanted = ''], { terminal }) =>
    withRoom(settings, wanted, async (client, { room }) => {
      const invited = await client.request('invite', { room });
      if (!invited.ok) return failed(invited.error.message);
      const { link } = invited.value;
      terminal.result(settings.json ? jsonLine({ link }) : link);
      return done;
    }),
});

const rename = command({
  path: 'room rename',
  arguments: ['<room>', '<name>'],
  summary: 'Rename a room for all its members.',
  run: (settings, [wanted = '', name = ''], { terminal }) =>
    withRoom(settings, wanted, async (client, { room }) => {
      const renamed = await client.request('renameRoom', { room, name });
      if (!renamed.ok) return failed(renamed.error.message);
      if (settings.json) terminal.result(jsonLine({ room }));
      return done;
    }),
});

const leave = command({
  path: 'room leave',
  arguments: ['<room>'],
  summary: 'Leave a room; its keys and history here are erased.',
  run: (settings, [wanted = ''], { terminal }) =>
    withRoom(settings, wanted, async (client, { room }) => {
      const left = await client.request('leaveRoom', { room });
      if (!left.ok) return failed(left.error.message);
      if (settings.json) terminal.result(jsonLine({ room }));
      return done;
    }),
});

export const roomCommands = [create, list, invite, join, rename, leave];
