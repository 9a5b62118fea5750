import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { findNode } from '../../packages/cli/bin/node24.mjs';

/** What the built page is made of; a change in any of these makes it out of date. */
const sources = [
  'packages/ui/src',
  'packages/ui/public',
  'packages/ui/index.html',
  'packages/ui/vite.config.ts',
  'packages/client/src',
  'packages/protocol/src',
  'package-lock.json',
];

/**
 * Builds packages/ui/dist, when its sources have changed since.
 * @param {string} root
 * @param {(line: string) => void} say
 * @returns {string | undefined} what went wrong, as a sentence
 */
export function buildPage(root, say) {
  const stamp = join(root, 'build', 'page.sha256');
  const wanted = hashOf(root);
  const built = existsSync(join(root, 'packages/ui/dist/index.html'));
  if (built && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return undefined;
  say('building the page');
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const result = spawnSync(findNode(root), [vite, 'build', '--logLevel', 'error'], {
    cwd: join(root, 'packages/ui'),
    stdio: ['ignore', 2, 2],
  });
  if (result.status !== 0) return 'the page could not be built: see above.';
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
  return undefined;
}

function hashOf(root) {
  const hash = createHash('sha256');
  for (const file of sources.flatMap((source) => filesUnder(join(root, source)))) {
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesUnder(join(path, name)));
}
