import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A Node process that can be started again. Its lines come out under its name, unless `result` takes them. */
export function createService(
  name: string,
  words: readonly string[],
  folder: string,
  result: (line: string) => void = (line) => tell(name, line),
) {
  let child: ChildProcess | undefined;
  return {
    start() {
      const started = spawn(process.execPath, words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
      createInterface(started.stdout).on('line', result);
      createInterface(started.stderr).on('line', (line) => tell(name, line));
      started.on('exit', (code) => code !== 0 && code !== null && tell(name, `ended with ${code}`));
      child = started;
    },
    async stop() {
      const running = child;
      child = undefined;
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      const exited = once(running, 'exit');
      running.kill('SIGTERM');
      await exited;
    },
  };
}

function tell(name: string, line: string): void {
  process.stderr.write(`${name.padEnd(5)} ${line}\n`);
}
