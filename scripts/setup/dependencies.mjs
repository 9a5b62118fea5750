import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findNode } from '../../packages/cli/bin/node24.mjs';

/**
 * Installs what package-lock.json says, when node_modules is not that yet.
 * @param {string} root
 * @param {(line: string) => void} say
 * @returns {string | undefined} what went wrong, as a sentence
 */
export function provideDependencies(root, say) {
  const stamp = join(root, 'node_modules', '.installed');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (!isInstalled(root, stamp, wanted)) {
    say('installing the packages (npm ci), once');
    const problem = install(root);
    if (problem !== undefined) return problem;
  }
  if (findNode(root) === undefined) {
    return (
      `there is no Node 24 binary for ${process.platform}-${process.arch} among the packages: ` +
      'install Node 24.7 or newer from nodejs.org and try again.'
    );
  }
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) writeFileSync(stamp, wanted);
  return undefined;
}

/** By our stamp; or, where somebody ran npm by hand, by npm's own record being newer than the lock file. */
function isInstalled(root, stamp, wanted) {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true;
  const record = join(root, 'node_modules', '.package-lock.json');
  return existsSync(record) && statSync(record).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

/** Development and optional packages are always needed here: the page's builder and the Node binary. */
function install(root) {
  const run = npm([
    'ci',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
  // Its output goes to standard error: standard output belongs to the command that follows.
  const result = spawnSync(run.file, run.args, { cwd: root, stdio: ['ignore', 2, 2], shell: run.shell });
  if (result.status === 0) return undefined;
  return 'npm ci failed: see above; it needs access to the npm registry.';
}

/** The npm that runs this script, or the one on the PATH; on Windows that is a batch file and needs a shell. */
function npm(args) {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) return { file: process.execPath, args: [script, ...args], shell: false };
  return { file: 'npm', args, shell: process.platform === 'win32' };
}
