import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it, vi } from 'vitest';
import { repositoryRoot } from '../../../tests/repository.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Resolves when nothing holds the other end of the pipe any more: the relay is gone. */
function closed(stream: NodeJS.ReadableStream): Promise<unknown> {
  stream.resume();
  return once(stream, 'close');
}

it.skipIf(process.platform === 'win32').each(['SIGTERM', 'SIGKILL'] as const)(
  'a relay under npx ends when npx is ended by %s',
  async (signal) => {
    const npx = spawn('npx', ['otr', 'relay', '--json', '--port', '0', '--data', ':memory:'], {
      cwd: repositoryRoot,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = (await once(createInterface({ input: npx.stdout }), 'line')) as [string];
    const { listening } = JSON.parse(line) as { listening: string };
    expect((await fetch(`${listening}/healthz`)).ok).toBe(true);
    const gone = closed(npx.stdout);
    npx.kill(signal);
    await gone;
    await expect(fetch(`${listening}/healthz`)).rejects.toThrow();
  },
);
