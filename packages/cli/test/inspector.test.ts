import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startOtr, stopOtr } from './otrProcess.ts';

// Each test starts several processes, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** What Node says on standard error when it has opened its inspector. */
const opened = 'Debugger listening';

describe.skipIf(process.platform === 'win32')('SIGUSR1', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'otr-inspector-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['a proxy', ['up', '--relay', 'http://127.0.0.1:1', '--ephemeral', '--no-open', '--json']],
    ['a relay', ['relay', '--port', '0', '--data', ':memory:', '--json']],
  ])('opens no inspector in %s', async (_name, words) => {
    const variables = { XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    const running = startOtr(words, { variables });
    expect(await running.nextLine()).toMatch(/^\{/);
    running.child.kill('SIGUSR1');
    const { status, stderr } = await stopOtr(running);
    expect(status).toBe(0);
    expect(stderr).not.toContain(opened);
  });

  it('opens one in a process that does not refuse it (negative control)', async () => {
    const child = spawn(
      process.execPath,
      ['--inspect-port=0', '-e', 'setInterval(() => {}, 1e6); console.log()'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    await once(child.stdout, 'data');
    child.kill('SIGUSR1');
    const [line] = await once(createInterface(child.stderr), 'line');
    child.kill('SIGKILL');
    expect(line).toContain(opened);
  });
});
