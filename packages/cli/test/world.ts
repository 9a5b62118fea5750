import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Finished, type Running, runOtr, type StartOptions, startOtr, stopOtr } from './otrProcess.ts';

/** One person: a profile and the proxy that runs on it. */
export interface Person {
  readonly variables: Readonly<Record<string, string>>;
  readonly page: string;
  otr(words: readonly string[], input?: string): Promise<Finished>;
  start(words: readonly string[]): Running;
  /** Ends the proxy and starts it again. */
  restart(signal?: NodeJS.Signals): Promise<void>;
}

/** A relay and the proxies of some people: real processes on free ports, in a folder of their own. */
export interface World {
  readonly folder: string;
  readonly relay: string;
  person(name: string): Promise<Person>;
  close(): Promise<void>;
}

export async function openWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'otr-cli-'));
  const running = new Set<Running>();
  const start = (words: readonly string[], options: StartOptions) => {
    const started = startOtr(words, options);
    running.add(started);
    void started.finished.then(() => running.delete(started));
    return started;
  };
  const variables = { XDG_DATA_HOME: join(folder, 'data'), XDG_CONFIG_HOME: join(folder, 'config') };
  const relay = start(['relay', '--json', '--port', '0'], { variables });
  const { listening } = await firstObject<{ listening: string }>(relay);

  return {
    folder,
    relay: listening,
    async person(name) {
      // A busy machine is no reason to fail.
      const profile = { ...variables, OTR_PROFILE: join(folder, name), OTR_TIMEOUT: '60s' };
      const up = { ...profile, OTR_RELAY: listening, OTR_NAME: name, OTR_NO_OPEN: 'yes' };
      let proxy = start(['--json'], { variables: up });
      let { page } = await firstObject<{ page: string }>(proxy);
      return {
        variables: profile,
        get page() {
          return page;
        },
        otr: (words, input) =>
          runOtr(words, { variables: profile, ...(input === undefined ? {} : { input }) }),
        start: (words) => start(words, { variables: profile }),
        async restart(signal = 'SIGTERM') {
          await stopOtr(proxy, signal);
          proxy = start(['--json'], { variables: up });
          ({ page } = await firstObject<{ page: string }>(proxy));
        },
      };
    },
    async close() {
      await Promise.all([...running].map((one) => stopOtr(one)));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function firstObject<Shape>(running: Running): Promise<Shape> {
  const line = await running.nextLine();
  if (line !== null) return JSON.parse(line) as Shape;
  const { stderr } = await running.finished;
  throw new Error(`it ended before it was ready: ${stderr}`);
}
