import { resolve } from 'node:path';
import { command } from '../command.ts';
import { done, failed } from '../exit.ts';
import { passphraseFrom } from '../givenPassphrase.ts';
import { secretInput } from '../secretInput.ts';
import { jsonLine } from '../terminal.ts';
import { countsText } from './backup.ts';

export const restore = command({
  path: 'restore',
  arguments: ['<file>'],
  summary: 'Make a new profile of a backup, in a folder that is missing or empty.',
  notes: [
    'Asks without showing what is typed. Without a terminal the lines of standard input are the passphrase of the backup',
    '(without --backup-passphrase-file) and that of the new profile (without --passphrase-file); with none, keys and',
    'history are kept under a key in a file that only you may read.',
  ].join('\n'),
  uses: ['passphrase-file', 'backup-passphrase-file'],
  async run(settings, [word = ''], { terminal, ending }) {
    const { restoreProfile } = await import('@otr/proxy');
    const input = secretInput();
    const { profile } = settings;
    const restored = await restoreProfile({
      folder: profile,
      file: resolve(word),
      askPassphrase: passphraseFrom(settings['backup-passphrase-file'], {
        ...{ input, terminal, ending },
        prompt: 'Passphrase of the backup',
      }),
      askProfilePassphrase: passphraseFrom(settings['passphrase-file'], {
        ...{ input, terminal, ending },
        prompt: 'Passphrase for the new profile (empty: none)',
        isNew: true,
        isOptional: true,
      }),
      stop: ending,
    });
    if (!restored.ok) return failed(restored.error.message);
    const { rooms, messages, by } = restored.value;
    if (settings.json) terminal.result(jsonLine({ profile, rooms, messages }));
    else terminal.result(`${countsText(restored.value)} are in the new profile ${profile}.`);
    if (by === 'file')
      terminal.note('No passphrase guards it: once its proxy runs, otr passphrase sets one.');
    if (rooms > 0) {
      terminal.note(
        'It has no keys yet: in each room ask to be let in again, on its page or with otr room rejoin, and a member lets you in.',
      );
    }
    return done;
  },
});
