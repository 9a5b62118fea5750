import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

/** A server script of this folder in a process of its own. */
export class BenchServer {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #lines: Interface;

  private constructor(url: string, child: ChildProcess, lines: Interface) {
    this.url = url;
    this.#child = child;
    this.#lines = lines;
  }

  /** On the first core where `taskset` is there. */
  static async start(command: readonly string[], pinned: boolean): Promise<BenchServer> {
    const [script = '', ...more] = command;
    const node = [process.execPath, join(import.meta.dirname, script), ...more];
    const [program = '', ...args] = pinned ? ['taskset', '-c', '0', ...node] : node;
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout });
    const { listening } = await nextLine<{ listening: string }>(child, lines);
    return new BenchServer(listening, child, lines);
  }

  /** CPU time of the process so far, system time included, and its clock, in microseconds. */
  usage(): Promise<{ cpu: number; at: number }> {
    return this.ask('cpu');
  }

  /** Resident bytes after a garbage collection. */
  async residentBytes(): Promise<number> {
    return (await this.ask<{ resident: number }>('resident')).resident;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
  }

  /** A line in, a line out. */
  ask<Answer>(question: string): Promise<Answer> {
    const answer = nextLine<Answer>(this.#child, this.#lines);
    this.#child.stdin?.write(`${question}\n`);
    return answer;
  }
}

function nextLine<Line>(child: ChildProcess, lines: Interface): Promise<Line> {
  return new Promise((resolve, reject) => {
    const failed = (code: number | null) => reject(new Error(`the server ended with ${code}`));
    child.once('exit', failed);
    lines.once('line', (line) => {
      child.off('exit', failed);
      resolve(JSON.parse(line) as Line);
    });
  });
}
