import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { repositoryRoot } from './repository.ts';

/** As people start it: with the cache of compiled sources. */
const main = join(repositoryRoot, 'packages', 'cli', 'bin', 'otr.mjs');

/** A long-running `otr` command in a process of its own. */
export type Running = {
  process: ChildProcess;
  /** The first object that the command printed: `{"listening": …}` or `{"page": …}`. */
  ready: Record<string, string>;
  /** Everything on standard error so far. */
  log: () => string;
  /** SIGKILL, as a power cut would; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM and wait. */
  stop(): Promise<void>;
};

/** No setting of the person who runs the tests may reach them. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('OTR_'));
  return { ...Object.fromEntries(kept), NO_COLOR: '1', XDG_CONFIG_HOME: join(tmpdir(), 'otr-no-config') };
}

export async function startOtr(args: string[]): Promise<Running> {
  const child = spawn(process.execPath, [main, ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: cleanEnvironment(),
  });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ready = await new Promise<Record<string, string>>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line)));
    gone.then(() => reject(new Error(`otr ${args.join(' ')} ended: ${log}`)));
  });
  const end = (signal: NodeJS.Signals) => () => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return gone;
  };
  return { process: child, ready, log: () => log, kill: end('SIGKILL'), stop: end('SIGTERM') };
}

/** One `otr` command, to its end. `lines` are the objects that it printed. */
export async function otr(
  args: string[],
  input?: string,
): Promise<{ status: number | null; lines: Record<string, unknown>[]; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [main, ...args], { env: cleanEnvironment() });
  let stdout = '';
  let stderr = '';
  // A character may be split between two chunks.
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  child.stdin.end(input);
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const lines = args.includes('--json')
    ? stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    : [];
  return { status, lines, stdout, stderr };
}

/** A folder that goes away with the test. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'otr-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
