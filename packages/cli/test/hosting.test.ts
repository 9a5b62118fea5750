import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { relayOptions } from '../src/commands/relay/openRelay.ts';
import { parseConfig } from '../src/configFile.ts';
import { variableOf } from '../src/options.ts';
import { resolveSettings } from '../src/settings.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'otr-hosting-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Instructions of the Dockerfile, with their continued lines. */
function instructions(): { name: string; rest: string }[] {
  return read('hosting/Dockerfile')
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .flatMap((line) => {
      const [, name, rest] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
      return name === undefined || rest === undefined ? [] : [{ name, rest }];
    });
}

const only = (name: string) => instructions().filter((one) => one.name === name);

describe('the Dockerfile', () => {
  it('copies what is there, and every package of the workspace', () => {
    const sources = only('COPY').flatMap(({ rest }) => rest.split(' ').slice(0, -1));
    expect(sources.filter((source) => !existsSync(join(root, source)))).toEqual([]);
    const manifests = Object.keys((JSON.parse(read('package-lock.json')) as { packages: object }).packages)
      .filter((path) => path.startsWith('packages/'))
      .map((path) => `${path}/package.json`);
    expect(sources.filter((source) => /^packages\/.*package\.json$/.test(source)).sort()).toEqual(
      manifests.sort(),
    );
  });

  it('runs the relay as another user than root, without a shell', () => {
    const words = JSON.parse(only('ENTRYPOINT')[0]?.rest ?? '') as string[];
    expect(words).toEqual(['node', 'packages/cli/bin/otr.mjs', 'relay']);
    expect(existsSync(join(root, words[1] ?? ''))).toBe(true);
    expect(only('USER')).toEqual([{ name: 'USER', rest: 'node' }]);
    const order = instructions().map(({ name }) => name);
    expect(order.lastIndexOf('RUN')).toBeLessThan(order.indexOf('USER'));
  });

  it('sets variables that the relay knows', () => {
    const set = [...read('hosting/Dockerfile').matchAll(/(OTR_[A-Z_]+)=/g)].map(([, name]) => name);
    expect(set.length).toBeGreaterThan(3);
    expect(set.filter((name) => !known.has(name ?? ''))).toEqual([]);
  });

  it('is for the Node that the sources need, and installs what the lock says', () => {
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    const [, needed] = /^>=(\d+)/.exec(engines.node) ?? [];
    expect(only('FROM')[0]?.rest).toBe(`node:${needed}-slim`);
    expect(only('RUN')[0]?.rest).toMatch(/^npm ci --omit=dev .*--ignore-scripts/);
  });
});

const known = new Set([...relayOptions, 'log-format'].map(variableOf));

describe('the compose file', () => {
  const text = read('hosting/compose.yaml');
  /** The lines of a block, by its key and what it is indented by. */
  const block = (key: string, indent: string): string =>
    new RegExp(`^${indent}${key}:.*\\n((?:${indent} +.*\\n|\\n)*)`, 'm').exec(text)?.[1] ?? '';
  const keysOf = (part: string, indent: string) =>
    [...part.matchAll(new RegExp(`^${indent}([\\w-]+):`, 'gm'))].map(([, key]) => key ?? '');

  it('runs two relays, PostgreSQL, Valkey and a web server', () => {
    const services = keysOf(block('services', ''), '  ');
    expect(services).toEqual(['relay-1', 'relay-2', 'caddy', 'postgres', 'valkey']);
    for (const relay of ['relay-1', 'relay-2']) expect(block(relay, '  ')).toContain('<<: *relay');
    for (const other of ['caddy', 'postgres', 'valkey']) expect(block(other, '  ')).toContain('healthcheck:');
  });

  it('names files and volumes that are there, and variables that the relay knows', () => {
    const [, dockerfile] = /dockerfile: (.*)/.exec(text) ?? [];
    expect(existsSync(join(root, dockerfile ?? ''))).toBe(true);
    for (const [, file] of text.matchAll(/- \.\/([^:]+):/g))
      expect(existsSync(join(root, 'hosting', file ?? ''))).toBe(true);
    const volumes = keysOf(block('volumes', ''), '  ');
    for (const [, volume] of text.matchAll(/^ {6}- (\w+):\//gm)) expect(volumes).toContain(volume);
    const set = keysOf(block('x-relay', ''), '    ');
    const otr = set.filter((name) => name.startsWith('OTR_'));
    expect(otr).toContain('OTR_DATABASE');
    expect(otr.filter((name) => !known.has(name))).toEqual([]);
  });

  it('is no way in but through the web server, and holds no password', () => {
    expect(text.match(/^ {4}ports:/gm)).toHaveLength(1);
    expect(block('caddy', '  ')).toContain('ports:');
    expect(block('networks', '')).toMatch(/inner:\n +internal: true/);
    expect(text).not.toMatch(/PASSWORD: (?!\$\{)/);
    expect(text).not.toContain('\t');
  });

  it('gives relays the addresses that the web server asks', () => {
    const [, upstreams = ''] = /reverse_proxy (.*) \{/.exec(read('hosting/Caddyfile')) ?? [];
    expect(upstreams.split(' ')).toEqual(['relay-1:7000', 'relay-2:7000']);
    expect(read('hosting/Dockerfile')).toContain('OTR_RELAY_PORT=7000');
  });
});

describe('the web servers', () => {
  it.each(['hosting/Caddyfile', 'hosting/nginx.conf'])('%s has balanced braces and no access log', (path) => {
    const text = read(path).replace(/#.*$/gm, '');
    expect(text.split('{').length).toBe(text.split('}').length);
    expect(text).not.toMatch(/^\s*log\b/m);
  });

  it('nginx passes upgrades on and waits longer than the relay’s pings', () => {
    const text = read('hosting/nginx.conf');
    expect(text).toContain('proxy_set_header Upgrade $http_upgrade;');
    expect(text).toContain('access_log off;');
    const [, seconds] = /proxy_read_timeout (\d+)s/.exec(text) ?? [];
    expect(Number(seconds)).toBeGreaterThan(45);
  });
});

const systemdAnalyze = ['/usr/bin/systemd-analyze', '/bin/systemd-analyze'].find(existsSync);

describe('the systemd unit', () => {
  const unit = read('hosting/otr-relay.service');

  it('starts the command that is there, with the config file as a credential', () => {
    const [, command] =
      /^ExecStart=\/usr\/bin\/node \/opt\/otr-chatroom\/(\S+) relay --config %d\/relay\.conf$/m.exec(unit) ??
      [];
    expect(existsSync(join(root, command ?? ''))).toBe(true);
    expect(unit).toContain('LoadCredential=relay.conf:/etc/otr-relay/relay.conf');
    const [, variable] = /^Environment=(\w+)=%S\/otr-relay$/m.exec(unit) ?? [];
    expect(known.has(variable ?? '')).toBe(true);
  });

  it.skipIf(systemdAnalyze === undefined)('is accepted by systemd, and has few rights', () => {
    const file = join(folder, 'otr-relay.service');
    writeFileSync(file, unit.replace('/usr/bin/node', process.execPath).replace('/opt/otr-chatroom/', root));
    const analyze = (...words: string[]) =>
      execFileSync(systemdAnalyze ?? '', words, { encoding: 'utf8', stdio: 'pipe' });
    expect(analyze('verify', file)).toBe('');
    const [, exposure] =
      /exposure level for \S+: ([\d.]+)/.exec(analyze('security', '--offline=true', file)) ?? [];
    expect(Number(exposure)).toBeLessThan(2);
  });
});

it('the config file that comes with it is one, with every line that is commented out too', () => {
  const text = read('hosting/relay.conf');
  for (const variant of [text, text.replace(/^#(?=[a-z-]+ = )/gm, '')]) {
    const file = parseConfig('relay.conf', variant);
    if (!file.ok) throw new Error(file.message);
    const uses = relayOptions.map((option) => ({ option }));
    const sources = { flags: new Map(), variables: {}, file: file.value, workingFolder: '/' };
    expect(resolveSettings(uses, sources)).toMatchObject({ ok: true, settings: { 'relay-port': 7000 } });
  }
});
