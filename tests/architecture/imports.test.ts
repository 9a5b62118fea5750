import { describe, expect, it } from 'vitest';
import { readRepositoryFile, repositoryFiles } from '../repository.ts';

/** The arrows of ARCHITECTURE.md: what each package may import of ours. */
const allowed: Record<string, string[]> = {
  mls: [],
  protocol: [],
  relay: ['@otr/protocol'],
  proxy: ['@otr/protocol', '@otr/mls'],
  client: ['@otr/protocol'],
  ui: ['@otr/client', '@otr/protocol'],
  cli: ['@otr/client', '@otr/protocol', '@otr/proxy', '@otr/relay'],
};

/** Modules of Node and of npm that a part of the tree must not import, and why. */
const forbidden: { where: RegExp; what: RegExp; why: string }[] = [
  { where: /^packages\/proxy\/src\/core\//, what: /^node:(?!crypto$)|^socket\.io/, why: 'core is pure' },
  { where: /^packages\/proxy\/src\/machine\//, what: /^node:|^socket\.io/, why: 'machines are pure' },
  { where: /^packages\/mls\/src\//, what: /^(?!node:crypto$|\.)/, why: 'mls has node:crypto only' },
  {
    where: /^packages\/protocol\/src\//,
    what: /^(?!zod$|socket\.io-msgpack-parser$|\.)/,
    why: 'protocol has no I/O',
  },
  { where: /^packages\/(ui|client)\/src\/(?!node\.ts)/, what: /^node:/, why: 'runs in the browser' },
  { where: /^packages\/client\/src\//, what: /^react/, why: 'the client serves every front end' },
  {
    where: /^packages\//,
    what: /^@scure\/bip39(?!\/wordlists\/)/,
    why: 'only a list of words is wanted of it',
  },
];

type Import = { path: string; module: string };

function importsOf(path: string): Import[] {
  const text = readRepositoryFile(path);
  const statement =
    /^(?:(?:import|export)\b[^'"`;]*?\bfrom |import )['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;
  const found = text.matchAll(statement);
  return [...found].map((match) => ({ path, module: match[1] ?? match[2] ?? '' }));
}

const sources = repositoryFiles(/^packages\/[^/]+\/src\/.*\.tsx?$/);
const imports = sources.flatMap(importsOf);

function violations(all: Import[]): string[] {
  return all.flatMap(({ path, module }) => {
    const own = path.split('/')[1] ?? '';
    const wrongPackage =
      module.startsWith('@otr/') && !(allowed[own] ?? []).some((name) => module.startsWith(name));
    const leavesPackage = module.startsWith('.') && climbsOut(path, module);
    const rule = forbidden.find(({ where, what }) => where.test(path) && what.test(module));
    return wrongPackage || leavesPackage || rule
      ? [`${path} imports ${module}${rule ? `: ${rule.why}` : ''}`]
      : [];
  });
}

function climbsOut(path: string, module: string): boolean {
  const folder = path.split('/').slice(3, -1); // below packages/<name>/src
  return (module.match(/\.\.\//g) ?? []).length > folder.length;
}

describe('imports', () => {
  it('go along the arrows of ARCHITECTURE.md only', () => {
    expect(imports.length).toBeGreaterThan(50);
    expect(violations(imports)).toEqual([]);
  });

  it('would be caught if they did not (negative control)', () => {
    const bad = [
      { path: 'packages/relay/src/server.ts', module: '@otr/proxy' },
      { path: 'packages/ui/src/main.tsx', module: '@otr/proxy' },
      { path: 'packages/ui/src/main.tsx', module: '../../proxy/src/index.ts' },
      { path: 'packages/proxy/src/core/aead.ts', module: 'node:fs' },
      { path: 'packages/proxy/src/machine/room.ts', module: 'node:crypto' },
      { path: 'packages/mls/src/group.ts', module: 'zod' },
      { path: 'packages/proxy/src/core/words/wordList.ts', module: '@scure/bip39' },
    ];
    expect(violations(bad)).toHaveLength(bad.length);
  });

  it('the command line loads the proxy and the relay only where it runs one', () => {
    const loadsAtOnce = (text: string) => /^import (?!type )[^;]*from '@otr\/(proxy|relay)'/m.test(text);
    expect(loadsAtOnce("import { type Log, startProxy } from '@otr/proxy';")).toBe(true);
    const commandLine = sources.filter((path) => path.startsWith('packages/cli/src/'));
    expect(commandLine.filter((path) => loadsAtOnce(readRepositoryFile(path)))).toEqual([]);
  });

  it('the relay holds no cryptography but the check of an access key', () => {
    const crypto = sources
      .filter((path) => path.startsWith('packages/relay/src/'))
      .flatMap((path) => [...readRepositoryFile(path).matchAll(/import \{([^}]*)\} from 'node:crypto'/g)])
      .flatMap((match) => (match[1] ?? '').split(',').map((name) => name.trim().replace(/^type /, '')));
    const permitted = [
      'createPublicKey',
      'verify',
      'randomBytes',
      'randomUUID',
      'KeyObject',
      'timingSafeEqual',
      '',
    ];
    expect(crypto.filter((name) => !permitted.includes(name))).toEqual([]);
  });
});

describe('files', () => {
  it('have one noun: none is longer than 400 lines', () => {
    const all = repositoryFiles(/\.(ts|tsx|mjs|css)$/);
    const long = all.filter((path) => readRepositoryFile(path).split('\n').length > 401);
    expect(long).toEqual([]);
  });

  it('name no host but in documentation, examples and tests', () => {
    const hosts = sources.filter((path) => /https?:\/\/(?!\$\{)[a-z0-9]+\.[a-z]/.test(withoutComments(path)));
    expect(hosts).toEqual([]);
  });
});

function withoutComments(path: string): string {
  return readRepositoryFile(path).replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '');
}
