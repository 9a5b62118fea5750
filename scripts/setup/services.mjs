import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installFromDebian, isRootOnDebian } from './debian.mjs';

/**
 * What tests need beside Node and a browser: the servers that the relay works with, and on Linux strace, which sees where a
 * proxy turns to. `POSTGRESQL` names the folder of PostgreSQL's programs, `REDIS` the file of redis-server or
 * valkey-server, `STRACE` that of strace.
 */
const services = [
  { name: 'PostgreSQL', find: findPostgres, variable: 'POSTGRESQL', packages: ['postgresql'] },
  { name: 'Redis', find: findRedis, variable: 'REDIS', packages: ['redis-server'] },
  ...(process.platform === 'linux'
    ? [{ name: 'strace', find: findStrace, variable: 'STRACE', packages: ['strace'] }]
    : []),
];

/** @returns {string | undefined} the folder of PostgreSQL's programs (`initdb`, `postgres`, `createdb`) */
export function findPostgres() {
  const isPlace = (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'));
  const chosen = process.env.POSTGRESQL;
  if (chosen) return isPlace(chosen) ? chosen : undefined;
  return [...versionsIn('/usr/lib/postgresql'), ...versionsIn('/opt/homebrew/opt'), ...onPath()].find(
    isPlace,
  );
}

/** @returns {string | undefined} the file of redis-server or valkey-server */
export function findRedis() {
  return findProgram(process.env.REDIS, 'redis-server', 'valkey-server');
}

/** @returns {string | undefined} the file of strace, which only Linux has */
export function findStrace() {
  return findProgram(process.env.STRACE, 'strace');
}

/**
 * Installs what is missing where that can be done without asking. Otherwise the tests skip what needs it, but in CI
 * that is an error.
 * @param {string} _root
 * @param {(line: string) => void} say
 * @returns {string | undefined} what to install, as a sentence
 */
export function provideServices(_root, say) {
  const missing = services.filter(({ find }) => find() === undefined);
  const wanted = missing.filter(({ variable }) => !process.env[variable]);
  if (wanted.length > 0 && isRootOnDebian()) {
    say(`installing Debian’s ${wanted.flatMap(({ packages }) => packages).join(', ')} for the tests, once`);
    installFromDebian(...wanted.flatMap(({ packages }) => packages));
  }
  for (const { name, find, variable } of missing) {
    if (find() !== undefined) continue;
    const sentence = `${name} is not installed, or not where ${variable} says`;
    if (process.env.CI) return `${sentence}; in CI nothing is skipped.`;
    say(`${sentence}: what needs it is skipped.`);
  }
  return undefined;
}

/** The `bin` folders of installed versions, the newest first. */
function versionsIn(folder) {
  if (process.platform === 'win32' || !existsSync(folder)) return [];
  const version = (name) => Number(/^(?:postgresql@)?(\d+)/.exec(name)?.[1] ?? 0);
  return readdirSync(folder)
    .filter((name) => version(name) > 0)
    .sort((one, other) => version(other) - version(one))
    .map((name) => join(folder, name, 'bin'));
}

/** The file that somebody chose, or one of these names on the PATH. */
function findProgram(chosen, ...names) {
  if (chosen) return existsSync(chosen) ? chosen : undefined;
  return onPath()
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((file) => existsSync(file));
}

function onPath() {
  return (process.env.PATH ?? '').split(delimiter);
}
