import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installFromDebian, isRootOnDebian } from './debian.mjs';

/**
 * The servers that the relay works with. `POSTGRESQL` names the folder of PostgreSQL's programs, `REDIS` the file of
 * redis-server or valkey-server.
 */
const services = [
  { name: 'PostgreSQL', find: findPostgres, variable: 'POSTGRESQL', packages: ['postgresql'] },
  { name: 'Redis', find: findRedis, variable: 'REDIS', packages: ['redis-server'] },
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
  const chosen = process.env.REDIS;
  if (chosen) return existsSync(chosen) ? chosen : undefined;
  return onPath()
    .flatMap((folder) => [join(folder, 'redis-server'), join(folder, 'valkey-server')])
    .find((file) => existsSync(file));
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
    say(
      `installing Debian’s ${wanted.flatMap(({ packages }) => packages).join(' and ')} for the tests, once`,
    );
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

function onPath() {
  return (process.env.PATH ?? '').split(delimiter);
}
