import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ForgedLine } from '@otr/proxy';
import { command, type Surroundings } from '../command.ts';
import { done, type Exit, failed, misused } from '../exit.ts';
import { passphraseFrom } from '../givenPassphrase.ts';
import type { Settings } from '../options.ts';
import { readTextFile } from '../readTextFile.ts';
import { parseScript, scriptAtMost } from '../script.ts';
import { secretInput } from '../secretInput.ts';
import { jsonLine, plain } from '../terminal.ts';

export const forge = command({
  path: 'forge',
  summary: 'Write a transcript of a talk that never was, which every check accepts as it accepts a real one.',
  notes: [
    'It shows that a transcript proves nothing: see docs/guide/deniability.md. No proxy may run on the profile.',
    'The file holds the identity key of the profile: whoever has the file can pass for you. With --made-up it holds none',
    'of yours. KEY is what otr transcript verify prints of a member, or "code" of otr verify --json; without one the',
    'person is made up.',
  ].join('\n'),
  uses: ['forged-room', 'as', 'with', 'script', 'output', 'made-up', 'passphrase-file'],
  as: { 'forged-room': 'room' },
  async run(settings, _words, surroundings) {
    const { 'forged-room': room, with: others } = settings;
    if (room === undefined) return misused('say what the room is called: --room NAME');
    if (others === undefined)
      return misused('say with whom: --with NAME=KEY, or --with NAME for somebody made up');
    const { terminal } = surroundings;
    const text = await readTextFile(settings.script, scriptAtMost, terminal);
    const script = text.ok ? parseScript(text.value) : text;
    if (!script.ok) return failed(script.message);
    const { forgeWithProfile } = await import('@otr/proxy');
    const forged = await forgeWithProfile({
      folder: settings['made-up'] ? null : settings.profile,
      askProfilePassphrase: passphraseFrom(settings['passphrase-file'], {
        ...{ input: secretInput(), terminal, ending: surroundings.ending },
        prompt: 'Passphrase of the profile',
      }),
      ...{ room, as: settings.as ?? null, with: others.map(personOf), lines: script.value },
    });
    return forged.ok
      ? write(forged.value, script.value, settings, surroundings)
      : failed(plain(forged.message));
  },
});

function personOf(given: string): { name: string; key: string | null } {
  const at = given.lastIndexOf('=');
  return at < 0 ? { name: given, key: null } : { name: given.slice(0, at), key: given.slice(at + 1) };
}

async function write(
  transcript: string,
  lines: readonly ForgedLine[],
  { output, json, 'made-up': madeUp }: Settings<'output' | 'json' | 'made-up'>,
  { terminal }: Surroundings,
): Promise<Exit> {
  const messages = lines.length;
  if (output === undefined) await terminal.piece(transcript);
  else {
    const problem = await writeNew(output, transcript);
    if (problem !== null) return failed(problem);
    if (json) terminal.result(jsonLine({ file: output, messages }));
    else {
      const what =
        messages === 1 ? 'one message that was never sent' : `${messages} messages that were never sent`;
      terminal.result(
        `${plain(output)} shows ${what}. Every check accepts it: otr transcript verify ${plain(output)}`,
      );
    }
  }
  if (!madeUp) terminal.note('It holds the identity key of your profile: whoever has it can pass for you.');
  return done;
}

/** For its owner only. Null, or why not. */
async function writeNew(file: string, text: string): Promise<string | null> {
  try {
    await writeFile(resolve(file), text, { flag: 'wx', mode: 0o600 });
    return null;
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    return `the transcript ${file} can't be written: ${error.message}`;
  }
}
