import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What a command prints to and reads from. */
export interface Terminal {
  /** One line of results, on standard output. */
  result(line: string): void;
  /** A piece of a file, on standard output as it is; answers when it is taken. */
  piece(text: string): Promise<void>;
  /** One line for the person, on standard error. */
  note(line: string): void;
  /** Whether results may be coloured. */
  readonly colour: boolean;
  /** All of standard input, at most `limit` bytes; undefined when there is more. */
  readInput(limit: number): Promise<string | undefined>;
  /** One line of standard input; the prompt is shown where a person types. Undefined when there is none. */
  readLine(prompt: string): Promise<string | undefined>;
}

/** Characters that could steer a terminal or turn the reading direction: control characters and bidi marks. */
const unsafe = /[\p{Cc}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

/** What others wrote, harmless on a terminal: on one line, each unsafe character as a visible stand-in. */
export function plain(text: string): string {
  return text.replace(unsafe, '\u{FFFD}');
}

/** As `plain`, but keeps line breaks (indented, so that no text can look like another message) and tabs. */
export function plainLines(text: string, indent: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.split('\t').map(plain).join('    '))
    .join(`\n${indent}`);
}

/** JSON on one line; unsafe characters are escaped, so that it is also harmless on a terminal. */
export function jsonLine(value: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(value).replace(
    unsafe,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

type Style = 'bold' | 'dim';
const codes = { bold: [1, 22], dim: [2, 22] } as const;

export function styled(terminal: Terminal, style: Style, text: string): string {
  const [on, off] = codes[style];
  return terminal.colour ? `\u001b[${on}m${text}\u001b[${off}m` : text;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  // Who reads our output may stop early (`otr read … | head`): that ends us, as it ends every such program.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? 141 : 1),
  );
  process.stderr.on('error', () => {});
  return {
    result: (line) => void process.stdout.write(`${line}\n`),
    piece: (text) => new Promise((resolve) => void process.stdout.write(text, () => resolve())),
    note: (line) => void process.stderr.write(`${line}\n`),
    colour: process.stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
    readInput: (limit) => readAll(process.stdin, limit),
    readLine: (prompt) => readLine(process.stdin, prompt),
  };
}

/** The next line of `stream`; the prompt is shown at a terminal only. */
export async function readLine(
  stream: NodeJS.ReadableStream & { isTTY?: boolean },
  prompt: string,
  show: (text: string) => void = (text) => void process.stderr.write(text),
): Promise<string | undefined> {
  if (stream.isTTY === true) show(prompt);
  // The terminal itself echoes and edits the line, and Ctrl-C ends the process as everywhere.
  const lines = createInterface({ input: stream, terminal: false });
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => String(text)),
    once(lines, 'close').then(() => undefined),
  ]);
  lines.close();
  return line;
}

async function readAll(stream: AsyncIterable<Buffer>, limit: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
