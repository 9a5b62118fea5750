import { describe, expect, it } from 'vitest';
import { readRepositoryFile, repositoryFiles } from '../repository.ts';

type Locked = {
  version?: string;
  link?: boolean;
  dev?: boolean;
  license?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  resolved?: string;
};

const lock = JSON.parse(readRepositoryFile('package-lock.json')) as { packages: Record<string, Locked> };
const installed = Object.entries(lock.packages).filter(
  ([path, entry]) => path.startsWith('node_modules/') && !entry.link,
);

const permissive =
  /^(MIT|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|BlueOak-1\.0\.0|CC0-1\.0|Python-2\.0|Unlicense|MIT-0)$/;

/** Explained in docs/decisions/0002-tools.md: another licence in development, or MIT written in an old form. */
const explained = ['axe-core', 'lightningcss', 'xmlhttprequest-ssl'];

/** Versions by name. */
function dependenciesOf(workspace: string): Record<string, string> {
  const manifest = JSON.parse(readRepositoryFile(`packages/${workspace}/package.json`)) as {
    dependencies: Record<string, string>;
  };
  return manifest.dependencies;
}

/** What the manifest of the proxy or of the command line asks for. */
function wantedVersion(name: string): string | undefined {
  return { ...dependenciesOf('cli'), ...dependenciesOf('proxy') }[name];
}

function isPermissive(license: string | undefined): boolean {
  return (license ?? '')
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((one) => permissive.test(one));
}

describe('dependencies', () => {
  it('run no install scripts, but for packages that are never installed here', () => {
    const scripted = installed.filter(([, entry]) => entry.hasInstallScript).map(([path]) => path);
    // fsevents is macOS's file watcher, an optional dependency of Vite; its script builds nothing from npm.
    expect(scripted.filter((path) => !path.endsWith('/fsevents'))).toEqual([]);
  });

  it('have a permissive licence', () => {
    const others = installed
      .filter(([, entry]) => !isPermissive(entry.license))
      .map(([path]) => path.split('node_modules/').at(-1) ?? '')
      .filter((name) => !explained.some((known) => name === known || name.startsWith(`${known}-`)));
    expect(others).toEqual([]);
  });

  it('are locked by version and hash, and name no registry', () => {
    for (const [path, entry] of installed) {
      expect(entry.version, path).toMatch(/^\d+\.\d+\.\d+/);
      expect(entry.integrity, path).toMatch(/^sha512-/);
      expect(entry.resolved, path).toBeUndefined();
    }
  });

  it('of the process that holds keys are those that docs/decisions/0005 explains', () => {
    // The command line runs the proxy in its own process.
    const proxy = Object.keys(dependenciesOf('proxy'));
    const others = Object.keys(dependenciesOf('cli')).filter((name) => !name.startsWith('@otr/'));
    const page = readRepositoryFile('docs/decisions/0005-dependencies-of-the-proxy.md');
    const rows = [...page.matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm)].map(([, name = '', licence = '']) => ({
      name,
      licence,
    }));
    expect(rows.map(({ name }) => name).sort()).toEqual([...proxy, ...others].sort());
    for (const { name, licence } of rows.filter((row) => !row.name.startsWith('@otr/'))) {
      const { version, license = '' } = lock.packages[`node_modules/${name}`] ?? {};
      expect(licence, name).toBe(license.replace(/[()]/g, '').replace(' OR ', ' or '));
      expect(wantedVersion(name), name).toBe(version);
    }
  });

  it('the workspace packages depend on each other by the version they have', () => {
    for (const path of repositoryFiles(/^packages\/[^/]+\/package\.json$/)) {
      const manifest = JSON.parse(readRepositoryFile(path)) as { dependencies?: Record<string, string> };
      for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
        expect(range, `${path}: ${name}`).toMatch(/^\d+\.\d+\.\d+$/);
      }
    }
  });
});
