import { resolve } from 'node:path';
import type { StoreOptions } from '@otr/relay';
import { command } from '../../command.ts';
import { done, type Exit, failed, misused } from '../../exit.ts';
import type { Settings } from '../../options.ts';
import { jsonLine } from '../../terminal.ts';
import { storeOptions } from './openRelay.ts';

type StoreSettings = Settings<(typeof storeOptions)[number]>;
type RelayPackage = typeof import('@otr/relay');

const uses = storeOptions;
const as = { 'relay-data': 'data' } as const;

const check = command({
  path: 'relay check',
  summary: 'Read everything that a relay keeps and say whether it is sound; the relay may run meanwhile.',
  uses,
  as,
  run: (settings, _words, { terminal }) =>
    withStore(settings, async ({ checkStore }, store) => {
      const { rooms, entries, problems } = await checkStore(store);
      if (settings.json) terminal.result(jsonLine({ rooms, entries, problems }));
      else terminal.result(`${rooms} rooms, ${entries} entries, ${problems.length} problems`);
      return problems.length === 0 ? done : failed(problems.join(' '));
    }),
});

const backup = command({
  path: 'relay backup',
  arguments: ['<file>'],
  summary: 'Write what a relay keeps into a new file; the relay may run meanwhile.',
  uses,
  as,
  run: (settings, [word = ''], { terminal }) =>
    withFolder(settings, 'pg_dump', async ({ backupSqlite }, folder) => {
      const file = resolve(word);
      await backupSqlite(folder, file);
      terminal.result(settings.json ? jsonLine({ file }) : file);
      return done;
    }),
});

const restore = command({
  path: 'relay restore',
  arguments: ['<file>'],
  summary: 'Put a backup into a relay’s folder, where no store is yet.',
  uses,
  as,
  run: (settings, [word = ''], { terminal }) =>
    withFolder(settings, 'pg_restore', async ({ restoreSqlite }, data) => {
      await restoreSqlite(resolve(word), data);
      terminal.result(settings.json ? jsonLine({ data }) : data);
      return done;
    }),
});

const prune = command({
  path: 'relay prune',
  summary: 'Delete the entries that are older than the retention, now; a running relay does so each hour.',
  uses: [...uses, 'retention'],
  as,
  run: (settings, _words, { terminal }) =>
    withStore(settings, async ({ pruneStore }, store) => {
      const entries = await pruneStore(store, settings.retention);
      terminal.result(settings.json ? jsonLine({ entries }) : `${entries} entries deleted`);
      return done;
    }),
});

export const storeCommands = [check, backup, restore, prune];

/** A store that cannot be used is an expected outcome. */
async function withStore(
  { 'relay-data': data, database }: StoreSettings,
  work: (relay: RelayPackage, store: StoreOptions) => Promise<Exit>,
): Promise<Exit> {
  const relay = await import('@otr/relay');
  try {
    return await work(relay, database === undefined ? { data } : { data, database });
  } catch (error) {
    if (error instanceof relay.StartRefused) return failed(error.message);
    throw error;
  }
}

/** As `withStore`, for what PostgreSQL does better by a tool of its own. */
async function withFolder(
  settings: StoreSettings,
  instead: string,
  work: (relay: RelayPackage, folder: string) => Promise<Exit>,
): Promise<Exit> {
  if (settings.database !== undefined) return misused(`this is for the folder of a relay: use ${instead}`);
  return await withStore(settings, (relay, { data }) => work(relay, data));
}
