import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Running, runOtr, startOtr, stopOtr } from './otrProcess.ts';

// Each test starts several processes, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const token = 'correct-horse-battery';

let folder: string;
let variables: Record<string, string>;
let running: Running[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'otr-hosting-'));
  variables = { XDG_DATA_HOME: join(folder, 'data'), XDG_CONFIG_HOME: folder };
  running = [];
});
afterEach(async () => {
  for (const one of running) await stopOtr(one, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a command and gives the object that it prints when it is ready. */
async function started(words: string[], more: Record<string, string> = {}) {
  const command = startOtr([...words, '--json'], { variables: { ...variables, ...more } });
  running.push(command);
  const line = await command.nextLine();
  if (line === null) throw new Error((await command.finished).stderr);
  return { command, ready: JSON.parse(line) as Record<string, string> };
}

describe('a relay’s metrics', () => {
  it('have a port of their own, which the ready line names', async () => {
    const { command, ready } = await started(['relay', '--port', '0', '--metrics-port', '0']);
    expect(ready).toEqual({
      listening: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      metrics: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/),
    });
    expect(await (await fetch(ready['metrics'] ?? '')).text()).toContain('otr_relay_connections 0\n');
    expect((await fetch(`${ready['listening']}/metrics`)).status).toBe(404);
    expect(await (await fetch(`${ready['listening']}/readyz`)).text()).toBe('ready\n');
    expect(await stopOtr(command)).toMatchObject({ status: 0 });
  });
});

describe('a private relay', () => {
  it('lets in who shows its token, and tells the others what to do', async () => {
    writeFileSync(join(folder, 'relay.conf'), `admission = another-token-than-this,${token}\n`);
    const config = ['--config', join(folder, 'relay.conf')];
    const { ready } = await started(['relay', '--port', '0', ...config]);
    const up = ['up', '--relay', ready['listening'] ?? '', '--no-open'];
    const status = async (profile: string, words: string[]) => {
      const mine = { OTR_PROFILE: join(folder, profile) };
      await started([...up, ...words], mine);
      for (;;) {
        const { stdout } = await runOtr(['status'], { variables: { ...variables, ...mine } });
        const [line = ''] = /^Relay .*$/m.exec(stdout) ?? [];
        if (!line.includes(' connecting')) return line;
      }
    };
    expect(await status('ann', ['--admission', token])).toMatch(/ is online$/);
    expect(await status('ben', [])).toMatch(/asks for an admission token\. .* --admission TOKEN\.$/);
    expect(await status('eve', ['--admission', token.replace('c', 'C')])).toMatch(/does not know your/);
  });
});

describe('secrets', () => {
  const password = 'hunter2hunter2';
  const database = `postgres://otr:${password}@127.0.0.1:1/otr`;

  it('are in no error, log or help', async () => {
    const words = ['--port', '0', '--database', database, '--admission', token];
    const wrong = `mysql://otr:${password}@127.0.0.1/otr`;
    const said = await Promise.all([
      runOtr(['relay', ...words], { variables }),
      runOtr(['relay', ...words, '--redis', `redis://otr:${password}@127.0.0.1:1`], { variables }),
      runOtr(['relay', '--database', wrong], { variables }),
      runOtr(['relay', '--admission', `${password} short`], { variables }),
      runOtr(['relay', 'check', '--database', database], { variables }),
      runOtr(['relay', '--help'], { variables: { ...variables, OTR_DATABASE: database } }),
    ]);
    expect(said.map(({ status }) => status)).toEqual([1, 1, 2, 2, 1, 0]);
    for (const { stdout, stderr } of said) {
      expect(stdout + stderr).not.toContain(password);
      expect(stdout + stderr).not.toContain(token);
    }
  });

  it.skipIf(!existsSync('/proc/self/cmdline'))('are not seen in the list of processes', async () => {
    const { command } = await started(['relay', '--port', '0', '--data', ':memory:', '--admission', token]);
    const seen = readFileSync(`/proc/${command.child.pid}/cmdline`, 'utf8');
    expect(seen).toContain('otr relay');
    expect(seen).not.toContain(token);
  });
});

describe('settings that belong together', () => {
  it.each([
    [['--tls-cert', 'cert.pem'], '--tls-cert and --tls-key belong together'],
    [['--redis', 'redis://127.0.0.1'], '--redis is for relays that share a database: give --database too'],
  ])('%j alone is refused', async (words, sentence) => {
    const refused = await runOtr(['relay', ...words], { variables });
    expect(refused).toMatchObject({ status: 2, stdout: '', stderr: `otr: ${sentence}\n` });
  });
});

const openssl = ['/usr/bin/openssl', '/usr/local/bin/openssl', '/opt/homebrew/bin/openssl'].find(existsSync);

describe.skipIf(openssl === undefined)('a relay that speaks https', () => {
  const makeCertificate = (name: string) =>
    execFileSync(
      openssl ?? '',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
        ...['-subj', `/CN=${name}`, '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')],
      ],
      { stdio: 'ignore' },
    );

  const nameShown = (port: number) =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().subject.CN);
        socket.destroy();
      });
      socket.once('error', reject);
    });

  it('shows its certificate, and after SIGHUP the renewed one', async () => {
    makeCertificate('one');
    const files = ['--tls-cert', join(folder, 'cert.pem'), '--tls-key', join(folder, 'key.pem')];
    const { command, ready } = await started(['relay', '--port', '0', '--data', ':memory:', ...files]);
    expect(ready['listening']).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const port = Number(new URL(ready['listening'] ?? '').port);
    expect(await nameShown(port)).toBe('one');
    makeCertificate('two');
    const reloaded = new Promise<void>((resolve) =>
      command.child.stderr.on('data', (text: string) => text.includes('tlsReloaded') && resolve()),
    );
    command.child.kill('SIGHUP');
    await reloaded;
    expect(await nameShown(port)).toBe('two');
    expect(await stopOtr(command)).toMatchObject({ status: 0 });
  });
});
