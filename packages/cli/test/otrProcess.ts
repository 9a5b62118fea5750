import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const launcher = fileURLToPath(new URL('../bin/otr.mjs', import.meta.url));

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly variables?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** The Node to run it under. */
  readonly node?: string;
}

/** A running `otr`, as a script sees it. */
export interface Running {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** The next line of standard output; null at its end. */
  nextLine(): Promise<string | null>;
  readonly finished: Promise<Finished>;
}

/** Starts `otr WORDS` as a process of its own, with nothing of this one's OTR_ variables. */
export const startOtr = (words: readonly string[], options: StartOptions = {}): Running =>
  startScript(launcher, words, options);

/** The same for another script. */
export function startScript(script: string, words: readonly string[], options: StartOptions = {}): Running {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('OTR_'));
  const child = spawn(options.node ?? process.execPath, [script, ...words], {
    env: { ...Object.fromEntries(inherited), TZ: 'UTC', ...options.variables },
    stdio: 'pipe',
  });
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');

  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.stderr += text;
  });
  const finished = once(child, 'close').then(
    ([status]): Finished => ({ status: status as number | null, ...texts }),
  );
  return { child, finished, nextLine: linesOf(child.stdout) };
}

/** The lines of a stream, one a call; null after the last. */
function linesOf(stream: Readable): () => Promise<string | null> {
  const lines: (string | null)[] = [];
  let wake = () => {};
  const add = (line: string | null) => {
    lines.push(line);
    wake();
  };
  createInterface(stream)
    .on('line', add)
    .on('close', () => add(null));
  return async () => {
    if (lines.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return lines[0] === null ? null : (lines.shift() ?? null);
  };
}

export const runOtr = (words: readonly string[], options: StartOptions = {}): Promise<Finished> =>
  startOtr(words, options).finished;

/** Asks it to end, and waits until it has. */
export function stopOtr(running: Running, signal: NodeJS.Signals = 'SIGTERM'): Promise<Finished> {
  running.child.kill(signal);
  return running.finished;
}
