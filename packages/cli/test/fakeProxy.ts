import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalEvent, LocalRequest, LocalResponse, LocalUpEvent, Result } from '@otr/protocol';
import { ok, refuse } from '@otr/protocol';
import { openSocketFileServer } from '../../proxy/src/local/socketFileServer.ts';
import { silent } from '../../proxy/src/log.ts';
import type { Command } from '../src/command.ts';
import { readCommandLine, report } from '../src/program.ts';
import type { Terminal } from '../src/terminal.ts';
import { room, summary } from './rows.ts';

/** How a command ended, as `Finished` of a process. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What happens while a command runs. */
interface While {
  seen?(line: string): void;
  ending?: AbortSignal;
}

/** A proxy of one room on a socket file, which answers as it is told and notes what it is asked. */
export async function openFakeProxy(commands: readonly Command[]) {
  const folder = await mkdtemp(join(tmpdir(), 'otr-cli-'));
  const socketFile = join(folder, 'proxy.sock');
  const answers = new Map<string, (request: never) => Result<object>>();
  const asked: [event: string, request: unknown][] = [];
  const listeners = new Set<(event: LocalEvent) => void>();
  const profile = { name: 'Ann', ephemeral: false, tellRead: false, tellTyping: true };
  const relay = { url: 'http://127.0.0.1:1', state: 'online', queued: 0 } as const;
  const status = { version: '0', profile, relay, rooms: [summary()] };
  const service = {
    greeting: () => ({ event: 'snapshot', data: status }) as const,
    async request(event: string, request: object) {
      if (event === 'getStatus' && !answers.has(event)) return ok(status) as never;
      asked.push([event, request]);
      const answer = answers.get(event)?.(request as never);
      return (answer ?? refuse('internal', `Nothing was said of ${event}.`)) as never;
    },
    subscribe(listener: (event: LocalEvent) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const server = await openSocketFileServer({ service, log: silent, socketFile, pageAddress: () => '' });

  return {
    folder,
    /** What was asked besides the state, in order. */
    asked,
    /** What such a request is answered with from now on. */
    answer<Event extends LocalUpEvent>(
      event: Event,
      how: (request: LocalRequest<Event>) => Result<LocalResponse<Event>>,
    ): void {
      answers.set(event, how);
    },
    tell(event: LocalEvent): void {
      for (const listener of listeners) listener(event);
    },
    /** `otr WORDS`, in this process. `seen` is told each line of its results as it comes. */
    async otr(words: readonly string[], input = '', more: While = {}): Promise<Ended> {
      const { seen = () => {}, ending = new AbortController().signal } = more;
      const lines = { stdout: '', stderr: '' };
      const terminal: Terminal = {
        result(line) {
          lines.stdout += `${line}\n`;
          seen(line);
        },
        async piece(text) {
          lines.stdout += text;
        },
        note(line) {
          lines.stderr += `${line}\n`;
        },
        colour: false,
        readInput: async () => input,
        readLine: async () => input.split('\n')[0],
      };
      const line = { words, variables: { OTR_SOCKET: socketFile }, workingFolder: folder };
      const read = readCommandLine('otr', '0', commands, line, terminal);
      if (!read.ok) return { status: report(read.exit, 'otr', terminal), ...lines };
      if (read.asked === undefined) return { status: 0, ...lines };
      const surroundings = { terminal, log: silent, ending, onHangUp() {} };
      const exit = await read.asked.command.run(read.asked.settings, read.asked.words, surroundings);
      return { status: report(exit, 'otr', terminal), ...lines };
    },
    async close(): Promise<void> {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type FakeProxy = Awaited<ReturnType<typeof openFakeProxy>>;
export { room };
