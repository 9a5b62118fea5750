import { newMessageId } from '@otr/client/node';
import { command } from '../command.ts';
import { failed, misused } from '../exit.ts';
import { finish, withRoom } from '../running.ts';
import { plain } from '../terminal.ts';
import { readMessage } from './messageInput.ts';

const edit = command({
  path: 'edit',
  arguments: ['<room>', '<message>', '[text]'],
  summary: 'Change an own message, by its id; without a text, or with "-", it is read from standard input.',
  run: (settings, [wanted = '', target = '', word = '-'], { terminal }) =>
    withRoom(settings, wanted, async (client, { room }) => {
      const text = await readMessage(word, terminal);
      if (!text.ok) return failed(text.message);
      const change = { room, id: newMessageId(), target, text: text.value };
      return finish(await client.request('editMessage', change), settings, terminal, { id: target });
    }),
});

const remove = command({
  path: 'delete',
  arguments: ['<room>', '<message>'],
  summary: 'Take back an own message, by its id: everyone’s chat deletes it.',
  run: (settings, [wanted = '', target = ''], { terminal }) =>
    withRoom(settings, wanted, async (client, { room }) => {
      const change = { room, id: newMessageId(), target };
      return finish(await client.request('deleteMessage', change), settings, terminal, { id: target });
    }),
});

const react = command({
  path: 'react',
  arguments: ['<room>', '<message>', '<emoji>', '[off]'],
  summary: 'React to a message, by its id, with an emoji; "off" takes it back.',
  run: async (settings, [wanted = '', target = '', emoji = '', word = 'on'], { terminal }) => {
    if (word !== 'on' && word !== 'off') return misused(`say off or nothing, not "${plain(word)}"`);
    return withRoom(settings, wanted, async (client, { room }) => {
      const change = { room, id: newMessageId(), target, emoji, on: word === 'on' };
      return finish(await client.request('react', change), settings, terminal, { id: target });
    });
  },
});

export const messageCommands = [edit, remove, react];
