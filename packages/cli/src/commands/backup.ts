import { resolve } from 'node:path';
import type { BackupCounts } from '@otr/proxy';
import { command } from '../command.ts';
import { done, failed } from '../exit.ts';
import { passphraseFrom } from '../givenPassphrase.ts';
import { secretInput } from '../secretInput.ts';
import { jsonLine } from '../terminal.ts';

export const backup = command({
  path: 'backup',
  arguments: ['<file>'],
  summary:
    'Write the profile, without the keys of its rooms, into one new file under a passphrase of its own.',
  notes: [
    'No proxy may run on the profile. Asks without showing what is typed. Without a terminal the lines of standard input',
    'are the passphrase of the profile (where there is one and no --passphrase-file) and that of the backup.',
  ].join('\n'),
  uses: ['passphrase-file', 'backup-passphrase-file'],
  async run(settings, [word = ''], { terminal, ending }) {
    const { backupProfile } = await import('@otr/proxy');
    const input = secretInput();
    const file = resolve(word);
    const saved = await backupProfile({
      folder: settings.profile,
      file,
      askProfilePassphrase: passphraseFrom(settings['passphrase-file'], {
        ...{ input, terminal, ending },
        prompt: 'Passphrase of the profile',
      }),
      askPassphrase: passphraseFrom(settings['backup-passphrase-file'], {
        ...{ input, terminal, ending },
        prompt: 'Passphrase for the backup',
        isNew: true,
      }),
      stop: ending,
    });
    if (!saved.ok) return failed(saved.error.message);
    const { rooms, messages } = saved.value;
    if (settings.json) terminal.result(jsonLine({ file, rooms, messages }));
    else terminal.result(`${countsText(saved.value)} are in ${file}; only its passphrase opens it.`);
    return done;
  },
});

export function countsText({ rooms, messages }: BackupCounts): string {
  const some = (count: number, one: string) => `${count} ${count === 1 ? one : `${one}s`}`;
  return `${some(rooms, 'room')} and ${some(messages, 'message')}`;
}
