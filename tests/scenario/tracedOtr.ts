import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { findStrace } from '../../scripts/setup/services.mjs';
import { repositoryRoot } from '../repository.ts';

const main = join(repositoryRoot, 'packages', 'cli', 'src', 'main.ts');

const strace = findStrace();

/** Whether tests that need strace must be skipped: says so, and in CI on Linux that is an error. */
export function isStraceMissing(): boolean {
  const problem = straceProblem();
  if (problem === undefined) return false;
  if (process.env['CI'] && process.platform === 'linux') throw new Error(problem);
  process.stderr.write(`skipped: ${problem}\n`);
  return true;
}

function straceProblem(): string | undefined {
  if (strace === undefined) return 'strace is not installed (Debian: apt-get install strace; Linux only)';
  // Some containers have it and let nobody trace.
  const tried = spawnSync(strace, ['-o', '/dev/null', process.execPath, '--version'], { encoding: 'utf8' });
  return tried.status === 0 ? undefined : `strace may not trace here: ${tried.stderr.trim()}`;
}

/** Where a process turned to, as the kernel was asked: every address in a call that connects or sends. */
export interface Contact {
  readonly call: string;
  /** `AF_INET`, `AF_INET6`, `AF_UNIX` … */
  readonly family: string;
  /** `127.0.0.1:9050`, or a path. */
  readonly to: string;
}

export interface TracedOtr {
  /** Where its own page is: before it listens there it looks whether anybody else does. */
  readonly ownPage: readonly string[];
  /** SIGTERM, and wait until the trace is whole. */
  stop(): Promise<void>;
  contacts(): Contact[];
}

/** `otr WORDS --json` with all its threads and children under strace; resolves when it has said that it runs. */
export async function startTracedOtr(words: readonly string[], file: string): Promise<TracedOtr> {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('OTR_'));
  // -D: strace stands aside, so that the child is otr itself.
  const tracing = ['-D', '-f', '-s', '256', '-e', 'trace=%network', '-e', 'signal=none', '-o', file];
  const command = [process.execPath, main, ...words, '--json'];
  const child = spawn(strace ?? 'strace', [...tracing, ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(kept), XDG_CONFIG_HOME: `${file}.none` },
  });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { page } = await new Promise<{ page: string }>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line)));
    gone.then(() => reject(new Error(`otr ${words.join(' ')} ended: ${log}`)));
  });
  const trace = () => readFileSync(file, 'utf8');
  const { port } = new URL(page);
  return {
    ownPage: [`127.0.0.1:${port}`, `::1:${port}`],
    contacts: () => contactsIn(trace()),
    async stop() {
      child.kill('SIGTERM');
      await gone;
      // strace writes its last line when nobody is left.
      const last = new RegExp(`^${child.pid} +\\+\\+\\+ exited`, 'm');
      while (!last.test(trace())) await pause(20);
    },
  };
}

/** Lines such as `77 connect(21, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("10.0.0.1")}, 16) = 0`. */
export function contactsIn(trace: string): Contact[] {
  return trace.split('\n').flatMap((line) => {
    const call = /^\d+ +(connect|send\w*)\(/.exec(line)?.[1];
    if (call === undefined) return [];
    // AF_NETLINK is a question to the kernel itself, such as which addresses this machine has.
    return [...line.matchAll(/\{sa_family=(?!AF_NETLINK)(\w+)([^}]*)\}/g)].map(
      ([, family = '', rest = '']) => ({ call, family, to: addressIn(rest) }),
    );
  });
}

function addressIn(rest: string): string {
  const path = /sun_path=@?"([^"]*)"/.exec(rest)?.[1];
  if (path !== undefined) return path;
  const host = /inet_(?:addr|pton)\((?:AF_INET6, )?"([^"]+)"/.exec(rest)?.[1];
  return `${host}:${/port=htons\((\d+)\)/.exec(rest)?.[1]}`;
}
