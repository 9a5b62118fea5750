import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Report } from './roles/role.ts';

/** With this a process gets what others leave of the processor, whenever they want it. */
const isIdleClassThere = spawnSync('chrt', ['--version']).status === 0;

/** A role (`roles.ts`) in a process of its own. */
export class PlayedRole {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /** Resolves when it has begun. Those who are `measured` go before all others on their `core`. */
  static async start(
    url: string,
    name: string,
    { core, isMeasured = false }: { core: number | undefined; isMeasured?: boolean },
  ): Promise<PlayedRole> {
    const script = join(import.meta.dirname, 'roleProcess.ts');
    const command = [
      ...(core === undefined ? [] : ['taskset', '-c', String(core)]),
      ...(isMeasured || !isIdleClassThere ? [] : ['chrt', '--idle', '0']),
      // The garbage of those who measure is collected in small pieces: a pause of theirs is not the relay's.
      ...[process.execPath, '--max-semi-space-size=1', script, url, name],
    ];
    const [program = '', ...args] = command;
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const role = new PlayedRole(child);
    await role.#answer();
    return role;
  }

  /** Milliseconds that each message took to each of the members, since they were last taken. */
  async takeDelays(): Promise<number[]> {
    this.#process.send('delays');
    return (await this.#answer()) as number[];
  }

  async stop(): Promise<Report> {
    this.#process.send('stop');
    return (await this.#answer()) as Report;
  }

  async #answer(): Promise<unknown> {
    const ended = new AbortController();
    const gone = once(this.#process, 'exit', { signal: ended.signal }).then(() => {
      throw new Error('a role ended before it was told to');
    });
    try {
      const [message] = await Promise.race([once(this.#process, 'message', { signal: ended.signal }), gone]);
      return message;
    } finally {
      gone.catch(() => {});
      ended.abort();
    }
  }
}
