import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { secretInput } from '../src/secretInput.ts';
import { secretAtMost, secretLine } from '../src/secretLine.ts';

/** What is taken from these keys: the line, or what became of it. */
function typed(isTerminal: boolean, ...chunks: (string | Buffer)[]): string | null {
  const line = secretLine(isTerminal);
  for (const chunk of chunks) line.add(Buffer.from(chunk));
  const taken = line.take();
  return Buffer.isBuffer(taken) ? taken.toString('utf8') : taken;
}

describe('a secret typed at a terminal', () => {
  it.each([
    ['plain', ['secret\r'], 'secret'],
    ['key by key', [...'secret\r'], 'secret'],
    ['of several bytes', ['pässwörd \u{1F511}\r'], 'pässwörd \u{1F511}'],
    ['split within a character', [Buffer.from([0xc3]), Buffer.from([0xa9, 13])], 'é'],
    ['corrected', ['secreX\u007ft\r'], 'secret'],
    ['corrected over a character of several bytes', ['secre\u{1F511}\bt\r'], 'secret'],
    ['corrected beyond its beginning', ['x\b\b\bsecret\r'], 'secret'],
    ['begun anew', ['wrong\u0015secret\r'], 'secret'],
    ['with arrows and function keys in it', ['sec\u001b[Dr\u001b[15~\u001bOPet\r'], 'secret'],
    ['split within an arrow', ['sec\u001b', '[', 'Dret\r'], 'secret'],
    ['with other control keys in it', ['se\u0001cr\u0000et\r'], 'secret'],
    ['empty', ['\r'], ''],
    ['with spaces around it', ['  secret \r'], '  secret '],
    ['broken off by Ctrl-D', ['\u0004'], 'nothing'],
    ['broken off by Ctrl-C', ['sec\u0003'], 'interrupted'],
    ['not complete', ['secret'], null],
    ['as long as may be', ['x'.repeat(secretAtMost), '\r'], 'x'.repeat(secretAtMost)],
    ['too long', ['x'.repeat(secretAtMost + 1), '\r'], 'nothing'],
    [
      'far too long, then shortened',
      ['x'.repeat(secretAtMost + 9), '\b'.repeat(9), '\r'],
      'x'.repeat(secretAtMost),
    ],
  ])('%s', (_, chunks, expected) => expect(typed(true, ...chunks)).toBe(expected));

  it('is never shown, and the terminal is as before', async () => {
    const shown: string[] = [];
    const modes: boolean[] = [];
    const stream = new PassThrough();
    const setRawMode = (raw: boolean) => void modes.push(raw);
    const input = secretInput(
      Object.assign(stream, { isTTY: true, setRawMode }) as never,
      (text) => void shown.push(text),
    );
    const chunk = Buffer.from('hunter2\r');
    const asked = input.ask('Passphrase: ');
    stream.emit('data', chunk);
    expect(String(await asked)).toBe('hunter2');
    expect([shown, modes]).toEqual([
      ['Passphrase: ', '\n'],
      [true, false],
    ]);
    expect(chunk.every((byte) => byte === 0)).toBe(true);
  });

  it('is given up when it is no longer needed, and Ctrl-C ends the program', async () => {
    const stream = new PassThrough();
    let interrupted = 0;
    const input = secretInput(
      Object.assign(stream, { isTTY: true, setRawMode() {} }) as never,
      () => {},
      () => {
        interrupted += 1;
      },
    );
    const stop = new AbortController();
    const asked = input.ask('Passphrase: ', stop.signal);
    stop.abort();
    expect([await asked, interrupted]).toEqual([null, 0]);
    const again = input.ask('Passphrase: ');
    stream.emit('data', Buffer.from([3]));
    expect([await again, interrupted]).toEqual([null, 1]);
  });
});

describe('secrets from standard input', () => {
  it('are lines, the last one with or without its end', async () => {
    const input = secretInput(
      PassThrough.from([Buffer.from('first\r\nse'), Buffer.from('cond\nlast')]) as never,
    );
    const lines = [await input.ask('1'), await input.ask('2'), await input.ask('3'), await input.ask('4')];
    expect(lines.map((line) => line && String(line))).toEqual(['first', 'second', 'last', null]);
  });
});
