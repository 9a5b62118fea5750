import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPostgres, findRedis } from '../scripts/setup/services.mjs';
import { type Service, startService } from './service.ts';

const run = promisify(execFile);

/** Whether tests of this server must be skipped: says so, and in CI that is an error. */
export function isMissing(service: 'PostgreSQL' | 'Redis'): boolean {
  const found = service === 'PostgreSQL' ? findPostgres() : findRedis();
  if (found !== undefined) return false;
  const sentence = `${service} is not installed: see scripts/setup/services.mjs`;
  if (process.env['CI']) throw new Error(sentence);
  process.stderr.write(`skipped: ${sentence}\n`);
  return true;
}

/** A server with the url that reaches it. */
export interface UrlService extends Service {
  url: string;
}

export interface PostgresService extends UrlService {
  /** An empty database of its own on this server; resolves with its url. */
  createDatabase(): Promise<string>;
}

/**
 * A throwaway PostgreSQL with fsync on, on a free port of 127.0.0.1. It goes with this process, whatever ends it.
 * `settings` are lines of `postgresql.conf`; its folder is made under `under`, or among the temporary ones.
 */
export async function startPostgres(
  settings: readonly string[] = [],
  under?: string,
): Promise<PostgresService> {
  const programs = found(findPostgres(), 'PostgreSQL');
  const owner = postgresOwner();
  let databases = 0;
  const service = await startService({
    owner,
    under,
    async prepare(folder) {
      const data = join(folder, 'data');
      const options = ['-U', 'postgres', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C'];
      await run(join(programs, 'initdb'), ['-D', data, ...options], { cwd: folder, ...owner });
    },
    command: (folder, port) => ({
      file: join(programs, 'postgres'),
      args: [
        ...['-D', join(folder, 'data'), '-p', String(port), '-h', '127.0.0.1', '-k', ''],
        ...settings.flatMap((setting) => ['-c', setting]),
      ],
    }),
    ready: /ready to accept connections/,
    // "Immediate": writing everything to its place takes long, and the folder goes anyway.
    stopSignal: 'SIGQUIT',
  });
  const urlOf = (database: string) => `postgres://postgres@127.0.0.1:${service.port}/${database}`;
  return {
    ...service,
    url: urlOf('postgres'),
    async createDatabase() {
      databases += 1;
      const name = `test${databases}`;
      const server = ['-h', '127.0.0.1', '-p', String(service.port), '-U', 'postgres'];
      await run(join(programs, 'createdb'), [...server, name]);
      return urlOf(name);
    },
  };
}

/** A throwaway Redis or Valkey that keeps nothing, on a free port of 127.0.0.1. It goes with this process. */
export async function startRedis(): Promise<UrlService> {
  const file = found(findRedis(), 'Redis');
  const service = await startService({
    command: (folder, port) => ({
      file,
      args: [
        ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
        ...['--save', '', '--appendonly', 'no'],
      ],
    }),
    ready: /Ready to accept connections/i,
    stopSignal: 'SIGTERM',
  });
  return { ...service, url: `redis://127.0.0.1:${service.port}` };
}

function found(place: string | undefined, name: string): string {
  if (place === undefined) throw new Error(`${name} is not installed: see scripts/setup/services.mjs`);
  return place;
}

/** PostgreSQL refuses to run as root: then it runs as its own user, or as nobody. */
function postgresOwner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  const user = ['postgres', 'nobody'].flatMap((name) =>
    users.filter((line) => line.startsWith(`${name}:`)),
  )[0];
  const [uid, gid] = user?.split(':').slice(2, 4).map(Number) ?? [];
  if (uid === undefined || gid === undefined) throw new Error('no user to run PostgreSQL as');
  return { uid, gid };
}
