import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RelayOptions } from '../src/index.ts';

export type WatchedOptions = Partial<Pick<RelayOptions, 'data' | 'limits' | 'cleanup'>> & {
  /** A relay that is broken on purpose. */
  fault?: 'roomsMixed' | 'noGuard';
};

/** What the process holds after garbage collection, in bytes. */
export interface Held {
  readonly rss: number;
  /** JavaScript's heap and what it holds outside of it. */
  readonly heap: number;
  /** Timers, sockets and the like that keep it busy, by kind. */
  readonly resources: Readonly<Record<string, number>>;
  /** Frames that came to the decoder so far. */
  readonly frames: number;
  /** Lines of its log so far, by event. */
  readonly log: Readonly<Record<string, number>>;
}

/** A relay in a process of its own whose memory and figures can be looked at. */
export interface WatchedRelay {
  readonly url: string;
  readonly pid: number;
  /** Resolves with what the process died of, should it. */
  readonly died: Promise<string>;
  held(): Promise<Held>;
  /** Resident memory as the system tells it, in bytes, without disturbing the process. 0 where it does not. */
  resident(): number;
  /** Its figures for Prometheus by name with labels. */
  figures(): Promise<ReadonlyMap<string, number>>;
  stop(): Promise<void>;
}

/** `core`: the processor that it may use, where the system has `taskset`. */
export async function watchedRelay(options: WatchedOptions = {}, core?: number): Promise<WatchedRelay> {
  const script = join(import.meta.dirname, 'watchedRelayProcess.ts');
  const isPinned = core !== undefined && canPin();
  // As hosting/ starts it: a young generation of this size in MiB keeps the pauses of garbage collection short, and on
  // one processor helping threads would take it from the event loop. The variable keeps large frames out of malloc's heap,
  // which would never shrink again.
  const flags = ['--expose-gc', '--max-semi-space-size=2', ...(isPinned ? ['--single-threaded-gc'] : [])];
  const command = [process.execPath, ...flags, script, JSON.stringify(options)];
  const [program = '', ...args] = isPinned ? ['taskset', '-c', String(core), ...command] : command;
  const env = { ...process.env, MALLOC_MMAP_THRESHOLD_: '65536' };
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env });
  const died = lastWords(child);
  const { url, metricsPort } = await Promise.race([
    answer<{ url: string; metricsPort: number }>(child),
    died.then((words) => Promise.reject(new Error(`the relay ended: ${words}`))),
  ]);
  const pid = child.pid ?? 0;
  return {
    url,
    pid,
    died,
    held: () => {
      child.send('held');
      return Promise.race([answer<Held>(child), died.then((words) => Promise.reject(new Error(words)))]);
    },
    resident: () => residentBytes(pid),
    figures: () => figuresAt(`http://127.0.0.1:${metricsPort}/metrics`),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await died;
    },
  };
}

export function canPin(): boolean {
  return spawnSync('taskset', ['--version']).status === 0;
}

async function answer<Message>(child: ChildProcess): Promise<Message> {
  const [message] = await once(child, 'message');
  return message as Message;
}

function lastWords(child: ChildProcess): Promise<string> {
  let words = '';
  child.stderr?.on('data', (chunk) => {
    words = `${words}${chunk}`.slice(-4_000);
  });
  return new Promise((resolve) =>
    child.once('close', (code, signal) => resolve(`code ${code}, signal ${signal}. ${words}`)),
  );
}

function residentBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1_024;
  } catch {
    return 0;
  }
}

async function figuresAt(url: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(url)).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}
