import { limits } from '@otr/protocol';
import { command } from '../command.ts';
import { failed, misused } from '../exit.ts';
import { tellJoined } from '../joined.ts';
import { finish, withProxy, withRoom } from '../running.ts';

const create = command({
  path: 'room create',
  arguments: ['<name>'],
  summary: 'Create a room and print its id.',
  notes:
    'Off the record: what is said there is whispered to every member, unsigned, and is gone when the proxy stops.\n' +
    'Such a room has up to 100 members, and stays so.',
  uses: ['timeout', 'large', 'off-the-record'],
  run: async (settings, [name = ''], surroundings) => {
    const { large, 'off-the-record': offTheRecord } = settings;
    if (large && offTheRecord)
      return misused('a room off the record has up to 100 members, so it is never large');
    return withProxy(settings, async (client) => {
      const created = await client.request('createRoom', { name, large, offTheRecord });
      if (!created.ok) return failed(created.error.message);
      return tellJoined(client, created.value.room, settings, surroundings);
    });
  },
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
  notes:
    'With --publish-key anyone in the room could have signed what you signed there: it proves nothing any more.',
  uses: ['publish-key'],
  run: (settings, [wanted = ''], { terminal }) =>
    withRoom(settings, wanted, async (client, { room }) => {
      const publishKey = settings['publish-key'];
      const left = await client.request('leaveRoom', { room, ...(publishKey && { publishKey }) });
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

export const roomCommands = [create, join, rejoin, rename, leave];
