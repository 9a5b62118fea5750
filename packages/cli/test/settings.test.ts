import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../src/configFile.ts';
import { isSecret, isSwitch, type OptionName, options, variableOf } from '../src/options.ts';
import { findConfigFile, resolveSettings, type Use } from '../src/settings.ts';

/** Two good values and a bad one for each option, as text. Text options take any text. */
const samples: Record<Exclude<OptionName, 'config'>, [string, string, string?]> = {
  json: ['yes', 'no', 'maybe'],
  quiet: ['true', 'false', 'silent'],
  'log-format': ['json', 'text', 'xml'],
  profile: ['/a', '/b'],
  socket: ['/a.sock', '/b.sock'],
  relay: ['https://a.example', 'http://b.example:81', 'ftp://c.example'],
  admission: ['0123456789abcdef', '0123456789abcdef,another-of-sixteen', 'too-short'],
  socks: ['127.0.0.1:9050', '[::1]:9150', 'localhost:9050'],
  'socks-per-room': ['yes', 'no', 'maybe'],
  name: ['Ann', 'Ben'],
  host: ['127.0.0.1', '127.0.0.2'],
  port: ['4000', '0', '65536'],
  open: ['on', 'off', '2'],
  ephemeral: ['1', '0', 'y'],
  'passphrase-file': ['/a', '/b'],
  'backup-passphrase-file': ['/a', '/b'],
  keychain: ['yes', 'no', 'perhaps'],
  'lock-after': ['10m', '0', 'never'],
  'relay-host': ['0.0.0.0', '::1'],
  'relay-port': ['5000', '0', '-1'],
  'relay-data': ['/a', ':memory:'],
  database: ['postgres://otr:pw@db/otr', 'postgresql:///otr', 'mysql://otr:pw@db/otr'],
  redis: ['redis://cache:6379', 'rediss://cache', 'http://user:pw@cache'],
  'tls-cert': ['/a.pem', '/b.pem'],
  'tls-key': ['/a.pem', '/b.pem'],
  'metrics-host': ['::1', '0.0.0.0'],
  'metrics-port': ['9464', '0', 'many'],
  'max-connections': ['10', '20', 'many'],
  'cleanup-interval': ['10s', '500ms', 'soon'],
  grace: ['10m', '2', '10 minutes'],
  retention: ['14d', '1h', '-1d'],
  'max-room-bytes': ['10', '20', '1.5'],
  timeout: ['5', '1.5s', '1y'],
  wait: ['saved', 'relay', 'forever'],
  follow: ['yes', 'no', 'perhaps'],
  ids: ['yes', 'no', 'some'],
  'reply-to': ['A', 'B'],
  room: ['den', 'cave'],
  uses: ['1', '10000', '0'],
  expires: ['7d', '1h', 'soon'],
  large: ['yes', 'no', 'maybe'],
  approval: ['yes', 'no', 'maybe'],
  format: ['json', 'html', 'pdf'],
  output: ['/a.html', '/b.json'],
  limit: ['1', '2', '-1'],
  to: ['Ben', 'Cleo Ann'],
  'off-the-record': ['yes', 'no', 'maybe'],
  'publish-key': ['yes', 'no', 'maybe'],
  number: ['12345 '.repeat(12), '6789-'.repeat(15), '1'.repeat(59)],
  code: ['otr-verify:1:a:b', 'otr-verify:1:a:c'],
  qr: ['yes', 'no', 'maybe'],
  'take-back': ['yes', 'no', 'maybe'],
  enter: ['one two three', '-'],
  yes: ['yes', 'no', 'maybe'],
  no: ['yes', 'no', 'maybe'],
  'forged-room': ['Garden', 'Balcony'],
  as: ['Ann', 'Ben'],
  with: ['Ben=key', 'Cleo'],
  script: ['/a.txt', '-'],
  'made-up': ['yes', 'no', 'maybe'],
  'unsafe-record': ['/a', '/b'],
  since: ['1', '2', 'x'],
};

const names = Object.keys(samples) as (keyof typeof samples)[];

function resolve(
  use: Use,
  given: { flag?: string | undefined; variables?: Record<string, string>; config?: string },
): { ok: true; value: unknown } | { ok: false; message: string } {
  const file = parseConfig('/etc/otr', given.config ?? '');
  if (!file.ok) return file;
  const flags = new Map(given.flag === undefined ? [] : [[use.as ?? use.option, given.flag]]);
  const sources = { flags, variables: given.variables ?? {}, file: file.value, workingFolder: '/' };
  const resolved = resolveSettings([use], sources);
  return resolved.ok ? { ok: true, value: resolved.settings[use.option] } : resolved;
}

function parsedValue(name: OptionName, text: string): unknown {
  const parsed = options[name].parse(text, '/etc');
  return parsed.ok ? parsed.value : undefined;
}

describe.each(names)('the setting %s', (name) => {
  const [one, other] = samples[name];
  const use = { option: name };
  const variable = variableOf(name);

  it('is read from its flag before its variable before its config line', () => {
    const config = `# comment\n\n${name} = ${other}`;
    expect(resolve(use, { flag: one, variables: { [variable]: other }, config })).toEqual({
      ok: true,
      value: parsedValue(name, one),
    });
    expect(resolve(use, { variables: { [variable]: one }, config })).toEqual({
      ok: true,
      value: parsedValue(name, one),
    });
    expect(resolve(use, { config })).toEqual({ ok: true, value: parsedValue(name, other) });
    expect(resolve(use, {})).toEqual({ ok: true, value: options[name].fallback });
  });
});

it.each(names.filter((name) => samples[name][2] !== undefined))(
  'a bad %s is told with its source',
  (name) => {
    const bad = samples[name][2] ?? '';
    const variable = variableOf(name);
    expect(resolve({ option: name }, { flag: bad })).toMatchObject({
      message: expect.stringContaining(`--${name} must be`),
    });
    expect(resolve({ option: name }, { variables: { [variable]: bad } })).toMatchObject({
      message: expect.stringContaining(`${variable} must be`),
    });
    expect(resolve({ option: name }, { config: `\n${name} = ${bad}` })).toMatchObject({
      message: expect.stringContaining(`/etc/otr, line 2: ${name} must be`),
    });
  },
);

it.each(names.filter(isSecret))('a bad %s is not repeated', (name) => {
  const bad = samples[name][2] ?? '';
  const problem = resolve({ option: name }, { flag: bad });
  expect(problem).toMatchObject({ ok: false });
  expect(JSON.stringify(problem)).not.toContain(bad);
});

it.each(names.filter(isSwitch))('%s can be set by its opposite', (name) => {
  const opposite = variableOf(`no-${name}`);
  expect(resolve({ option: name }, { variables: { [opposite]: 'yes' } })).toEqual({ ok: true, value: false });
  expect(resolve({ option: name }, { config: `no-${name} = no` })).toEqual({ ok: true, value: true });
});

describe('a short name', () => {
  const use: Use = { option: 'relay-port', as: 'port' };

  it('works as variable and line, after the full name', () => {
    expect(resolve(use, { variables: { OTR_PORT: '7' } })).toEqual({ ok: true, value: 7 });
    expect(resolve(use, { variables: { OTR_PORT: '7', OTR_RELAY_PORT: '8' } })).toEqual({
      ok: true,
      value: 8,
    });
    expect(resolve(use, { config: 'port = 7\nrelay-port = 8' })).toEqual({ ok: true, value: 8 });
    expect(resolve(use, { variables: { OTR_PORT: '7' }, config: 'relay-port = 8' })).toEqual({
      ok: true,
      value: 7,
    });
  });
});

describe('the config file', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'otr-config-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['relay', 'line 1: write NAME = VALUE'],
    ['relais = x', 'line 1: there is no setting "relais"'],
    ['\nport = 1\nport = 2', 'line 3: "port" is set a second time'],
    ['config = x', 'line 1: there is no setting "config"'],
    ['no-relay = x', 'line 1: there is no setting "no-relay"'],
  ])('refuses %j with the line', (text, problem) => {
    expect(parseConfig('/etc/otr', text)).toEqual({ ok: false, message: `/etc/otr, ${problem}` });
  });

  it('may be missing in its standard place, and not where it is named', () => {
    const nowhere = { flags: new Map(), variables: { XDG_CONFIG_HOME: folder }, workingFolder: folder };
    expect(findConfigFile(nowhere)).toMatchObject({ ok: true });
    const named = { ...nowhere, variables: { OTR_CONFIG: 'missing' } };
    expect(findConfigFile(named)).toMatchObject({
      ok: false,
      message: `the config file ${join(folder, 'missing')} cannot be read (ENOENT)`,
    });
  });

  it('means paths from its own folder', () => {
    const file = join(folder, 'config');
    writeFileSync(file, 'profile = mine\n');
    const sources = { flags: new Map([['config', file]]), variables: {}, workingFolder: '/' };
    const read = findConfigFile(sources);
    if (!read.ok) throw new Error(read.message);
    expect(resolveSettings([{ option: 'profile' }], { ...sources, file: read.value })).toEqual({
      ok: true,
      settings: { profile: join(folder, 'mine') },
    });
  });
});
