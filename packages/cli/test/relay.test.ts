import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Running, runOtr, startOtr, stopOtr } from './otrProcess.ts';

// Each test starts several processes, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe('otr relay', () => {
  let folder: string;
  let variables: Record<string, string>;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'otr-relay-'));
    variables = { XDG_DATA_HOME: join(folder, 'data'), XDG_CONFIG_HOME: folder };
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('draws its port once and keeps it, and refuses a second relay on its data', async () => {
    const first = startOtr(['relay', '--json'], { variables });
    const address = await first.nextLine();
    const second = await runOtr(['relay', '--json'], { variables });
    expect(second).toMatchObject({ status: 1, stdout: '' });
    expect(second.stderr).toMatch(/^otr: .+\n$/m);
    await stopOtr(first);
    const again = startOtr(['relay', '--json'], { variables });
    expect(await again.nextLine()).toBe(address);
    await stopOtr(again);
  });

  it('takes its port from the flag, else the variable, else the config file', async () => {
    writeFileSync(join(folder, 'relay.conf'), 'port = 99999\n');
    const config = ['--config', join(folder, 'relay.conf')];
    const fromFile = await runOtr(['relay', ...config], { variables });
    expect(fromFile).toMatchObject({ status: 2, stdout: '' });
    expect(fromFile.stderr).toContain(`${join(folder, 'relay.conf')}, line 1: port must be`);
    const fromVariable = await runOtr(['relay', ...config], { variables: { ...variables, OTR_PORT: 'one' } });
    expect(fromVariable.stderr).toContain('OTR_PORT must be');
    const relay = startOtr(['relay', '--json', '--port', '0', ...config], {
      variables: { ...variables, OTR_PORT: 'one' },
    });
    expect(await relay.nextLine()).toContain('listening');
    await stopOtr(relay);
  });

  it.each([
    [[], /^\S+ relayListening port=\d+$/m],
    [['--log-format', 'json'], /^\{"at":"[^"]+","event":"relayListening","port":\d+\}$/m],
    [['--quiet'], /^$/],
  ])('logs to standard error with %j', async (words, expected) => {
    const relay: Running = startOtr(['relay', '--port', '0', ...words], { variables });
    expect(await relay.nextLine()).toMatch(/^The relay listens at http:/);
    const { status, stdout, stderr } = await stopOtr(relay);
    expect({ status, lines: stdout.split('\n').length }).toEqual({ status: 0, lines: 2 });
    expect(stderr).toMatch(expected);
  });
});
