import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type BenchServer = { url: string; stop(): Promise<void> };

/** Runs a server script of this folder in a process of its own, on the first core where `taskset` is there. */
export async function startServer(script: string, pinned: boolean): Promise<BenchServer> {
  const command = [process.execPath, join(import.meta.dirname, script)];
  const [program = '', ...args] = pinned ? ['taskset', '-c', '0', ...command] : command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await firstLine(child);
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!child.stdout) return reject(new Error('the server has no standard output'));
    createInterface({ input: child.stdout }).once('line', (line) => {
      resolve((JSON.parse(line) as { listening: string }).listening);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
}
