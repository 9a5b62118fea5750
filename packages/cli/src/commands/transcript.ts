import { resolve } from 'node:path';
import type { ShownTranscript } from '@otr/proxy';
import { command } from '../command.ts';
import { done, failed } from '../exit.ts';
import { readTextFile } from '../readTextFile.ts';
import { messageJson, messageLine } from '../rowText.ts';
import { jsonLine, plain, type Terminal } from '../terminal.ts';
import { transcriptProblem } from '../transcriptProblem.ts';

export const transcript = command({
  path: 'transcript verify',
  arguments: ['<file>'],
  summary: 'Check a transcript as the proxy that was there checked it, and print what it says.',
  notes:
    'With "-" it is read from standard input. That it is accepted proves nothing: otr forge writes such files, too.',
  run: async ({ json }, [word = ''], { terminal }) => {
    const { readTranscript, transcriptLimits, verifyTranscript } = await import('@otr/proxy');
    const file = word === '-' ? word : resolve(word);
    const text = await readTextFile(file, transcriptLimits.file, terminal);
    if (!text.ok) return failed(text.message);
    const read = readTranscript(text.value);
    if (!read.ok) return failed(`${plain(word)} is no transcript: ${read.message}`);
    const verified = verifyTranscript(read.value);
    if (!verified.ok) {
      const { line, problem } = verified;
      if (json) terminal.result(jsonLine({ accepted: false, line, problem }));
      return failed(`${plain(word)} is refused at line ${line} (${problem}): ${transcriptProblem(problem)}`);
    }
    for (const one of json ? jsonLines(verified.value) : textLines(verified.value, terminal))
      terminal.result(one);
    return done;
  },
});

function jsonLines({ room, members, messages }: ShownTranscript): string[] {
  const people = members.map(({ name, self, identityKey, shown }) => ({
    name,
    self,
    key: identityKey,
    shown,
  }));
  const head = { accepted: true, room: room.id, name: room.name, members: people, messages: messages.length };
  return [jsonLine(head), ...messages.map((row) => jsonLine(messageJson(row)))];
}

function textLines({ room, members, messages }: ShownTranscript, terminal: Terminal): string[] {
  const teller = members.find(({ self }) => self);
  return [
    `The room "${plain(room.name)}", as shown by ${plain(teller?.name ?? 'somebody')}:`,
    ...members.map(({ name, identityKey }) => `  ${identityKey}  ${plain(name)}`),
    // To nobody it is "you".
    ...messages.map((row) => messageLine(terminal, { ...row, own: true }, null)),
    'It is accepted: every check passes.',
    'That proves nothing about who said it: otr forge writes such a file with anybody whose identity key is known.',
  ];
}
