import { command, type Surroundings } from '../command.ts';
import { type Exit, failed } from '../exit.ts';
import type { Settings } from '../options.ts';
import { finish, withRoom } from '../running.ts';
import { readMessage } from './messageInput.ts';

const change = command({
  path: 'history change',
  arguments: ['<room>', '<message>', '[text]'],
  summary: 'Change anybody’s message, by its id, in this computer’s history only; no trace of it stays.',
  notes:
    'Without a text, or with "-", it is read from standard input. What anyone’s copy says, its owner may have written.',
  run: async (settings, [wanted = '', id = '', word = '-'], { terminal }) => {
    const text = await readMessage(word, terminal);
    return text.ok ? rewrite(settings, wanted, id, text.value, terminal) : failed(text.message);
  },
});

const remove = command({
  path: 'history delete',
  arguments: ['<room>', '<message>'],
  summary: 'Delete anybody’s message, by its id, from this computer’s history only.',
  run: (settings, [wanted = '', id = ''], { terminal }) => rewrite(settings, wanted, id, null, terminal),
});

function rewrite(
  settings: Settings<'profile' | 'socket' | 'json'>,
  wanted: string,
  id: string,
  text: string | null,
  terminal: Surroundings['terminal'],
): Promise<Exit> {
  return withRoom(settings, wanted, async (client, { room }) => {
    const rewritten = await client.request('rewriteHistory', { room, id, text });
    if (rewritten.ok) terminal.note('Only this computer’s history changed: the others keep what they have.');
    return finish(rewritten, settings, terminal, { id });
  });
}

export const historyCommands = [change, remove];
