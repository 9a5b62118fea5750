import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readTextFile } from '../src/readTextFile.ts';
import { parseScript } from '../src/script.ts';
import type { Terminal } from '../src/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'otr-script-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('a script has a line for each that is said, or whispered', () => {
  const script =
    '# Two people\nAna: Hello: you?\r\n\nBen -> Ana: Psst\n  Ana -> Ben, Cleo Doe : and you -> two\n';
  expect(parseScript(script)).toEqual({
    ok: true,
    value: [
      { name: 'Ana', text: 'Hello: you?' },
      { name: 'Ben', text: 'Psst', to: ['Ana'] },
      { name: 'Ana', text: 'and you -> two', to: ['Ben', 'Cleo Doe'] },
    ],
  });
});

it.each([
  'Hello',
  'Ana:',
  'Ana: ',
  ': Hello',
  '-> Ana: Hello',
  'Ana:Hello',
  'Ana -> Ben -> Cleo: Hello',
  'Ana ->: x',
])('what is none is told by its line: %s', (line) => {
  const message = 'line 2 of the script must read NAME: TEXT or NAME -> NAME: TEXT';
  expect(parseScript(`Ana: Hello\n${line}\n`)).toEqual({ ok: false, message });
});

it('a file is read up to its bound, whatever it says of its size', async () => {
  const file = join(folder, 'script');
  writeFileSync(file, 'grün');
  const terminal = {
    readInput: async (limit: number) => (limit < 5 ? undefined : 'typed'),
  } as Partial<Terminal>;
  const read = (name: string, limit: number) => readTextFile(name, limit, terminal as Terminal);
  expect(await read(file, 5)).toEqual({ ok: true, value: 'grün' });
  expect(await read(file, 4)).toEqual({ ok: false, message: `${file} has more than 4 bytes` });
  expect(await read('-', 5)).toEqual({ ok: true, value: 'typed' });
  expect(await read('-', 4)).toEqual({ ok: false, message: 'standard input has more than 4 bytes' });
  expect(await read(join(folder, 'none'), 4)).toMatchObject({
    ok: false,
    message: expect.stringContaining('cannot be read: ENOENT'),
  });
  if (process.platform === 'linux') expect(await read('/dev/zero', 4)).toMatchObject({ ok: false });
});
