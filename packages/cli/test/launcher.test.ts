import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findNode, runsSources } from '../bin/node24.mjs';
import { runOtr, startOtr, stopOtr } from './otrProcess.ts';

// Each test starts several processes, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** A Node of this machine that is too old for the sources. */
const oldNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((place) => join(place, process.platform === 'win32' ? 'node.exe' : 'node'))
  .find((file) => {
    const { status, stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' });
    return status === 0 && !runsSources(stdout.slice(1));
  });

const nodes: [string, string][] = [['this Node', process.execPath]];
if (oldNode !== undefined) nodes.push(['an older Node', oldNode]);

describe('the versions that run the sources', () => {
  it.each([
    ['18.20.0', false],
    ['20.20.2', false],
    ['24.6.9', false],
    ['24.7.0', true],
    ['26.0.0', true],
  ])('%s: %s', (version, runs) => expect(runsSources(version)).toBe(runs));

  it('this one is used where it is one of them', () => expect(findNode('/nowhere')).toBe(process.execPath));
});

describe.each(nodes)('under %s', (_name, node) => {
  let folder: string;
  let variables: Record<string, string>;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'otr-launcher-'));
    variables = { XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('prints the version', async () => {
    expect(await runOtr(['--version'], { node })).toMatchObject({ status: 0, stdout: '0.1.0\n', stderr: '' });
  });

  it('passes the exit status on', async () => {
    expect(await runOtr(['nonsense'], { node, variables })).toMatchObject({ status: 2, stdout: '' });
  });

  it('runs a relay that opens no inspector and ends in order', async () => {
    const relay = startOtr(['relay', '--json', '--port', '0', '--data', ':memory:'], { node, variables });
    expect(JSON.parse((await relay.nextLine()) ?? '')).toEqual({
      listening: expect.stringMatching(/^http:/),
    });
    relay.child.kill('SIGUSR1');
    const { status, stderr } = await stopOtr(relay);
    expect(status).toBe(0);
    expect(stderr).not.toContain('Debugger');
  });

  it('leaves nothing running when it is killed', async () => {
    const relay = startOtr(['relay', '--json', '--port', '0', '--data', ':memory:'], { node, variables });
    const { listening } = JSON.parse((await relay.nextLine()) ?? '') as { listening: string };
    relay.child.kill('SIGKILL');
    // The output is closed once the last process that holds it has ended.
    await relay.finished;
    await expect(fetch(listening)).rejects.toThrow();
  });
});

if (oldNode === undefined) it.skip('under an older Node: there is none on this machine', () => {});
