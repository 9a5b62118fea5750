import { expect, it } from 'vitest';
import { type Command, command } from '../src/command.ts';
import { readCommandLine } from '../src/program.ts';
import type { Terminal } from '../src/terminal.ts';

const terminal: Terminal = {
  ...{ result() {}, note() {}, colour: false },
  async piece() {},
  readInput: async () => '',
  readLine: async () => undefined,
};

const say = command({
  path: 'room say',
  arguments: ['<room>', '[text]'],
  summary: 'Say it.',
  uses: ['to', 'reply-to', 'off-the-record', 'yes', 'no'],
  run: async () => ({ status: 0 }),
}) as Command;

function read(...words: string[]) {
  const line = { words: ['room', 'say', ...words], variables: {}, workingFolder: '/' };
  const result = readCommandLine('otr', '0', [say], line, terminal);
  if (!result.ok) return result.exit;
  return { words: result.asked?.words, ...result.asked?.settings };
}

const room = `-gEA2j74xfrKmQ9svoisVA`;
const other = `--EA2j74xfrKmQ9svoisVA`;
const key = `-${'k'.repeat(42)}`;

it.each([room, other, key])('an id that begins with a dash is an id: %s', (id) => {
  expect(read(id, 'hello')).toMatchObject({ words: [id, 'hello'] });
  expect(read('den', '--reply-to', id, '--to', id)).toMatchObject({
    words: ['den'],
    'reply-to': id,
    to: [id],
  });
  expect(read('den', 'hello', id)).toMatchObject({ status: 2 });
  expect(JSON.stringify(read('den', 'hello', id))).not.toContain('u0000');
});

it('a flag is a flag, and what is neither is told', () => {
  expect(read('--off-the-record', 'den')).toMatchObject({ words: ['den'], 'off-the-record': true });
  expect(read('den', '--nonsense')).toMatchObject({
    status: 2,
    message: expect.stringContaining('--nonsense'),
  });
  expect(read('den', '-x')).toMatchObject({ status: 2 });
});

it('what may be given several times adds up', () => {
  expect(read('den', '--to', 'Ben', '--to', 'Cleo, Ann')).toMatchObject({ to: ['Ben', 'Cleo, Ann'] });
  expect(read('den')).toMatchObject({ to: undefined });
  expect(read('den', '--reply-to', 'a', '--reply-to', 'b')).toMatchObject({ 'reply-to': 'b' });
});

it('yes and no are two flags', () => {
  expect(read('den', '--no')).toMatchObject({ yes: false, no: true });
  expect(read('den', '--yes')).toMatchObject({ yes: true, no: false });
});
