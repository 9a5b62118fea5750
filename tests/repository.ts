import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The checkout that the tests run in. */
export const repositoryRoot = join(import.meta.dirname, '..');

/** Paths of all files that git tracks or would track, relative to the root. */
export function repositoryFiles(pattern: RegExp): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: repositoryRoot,
    encoding: 'utf8',
  });
  return [...new Set(listed.split('\n'))].filter((path) => pattern.test(path)).filter(isThere);
}

export function readRepositoryFile(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8');
}

function isThere(path: string): boolean {
  try {
    readFileSync(join(repositoryRoot, path));
    return true;
  } catch {
    return false; // deleted, and git has not been told yet
  }
}
