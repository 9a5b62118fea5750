import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

export function isRootOnDebian() {
  if (process.platform !== 'linux' || process.getuid() !== 0) return false;
  return existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/**
 * @param {...string} packages
 * @returns {boolean} whether they are installed now
 */
export function installFromDebian(...packages) {
  // In run level 1 Debian's packages start none of their services.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const apt = (...args) =>
    spawnSync('apt-get', ['-qq', ...args], { stdio: ['ignore', 2, 2], env }).status === 0;
  return apt('update') && apt('install', '-y', '--no-install-recommends', ...packages);
}
