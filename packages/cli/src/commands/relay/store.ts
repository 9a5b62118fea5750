import type { StoreOptions } from '@otr/relay';
import { command } from '../../command.ts';
import { done, type Exit, failed } from '../../exit.ts';
import type { Settings } from '../../options.ts';
import { jsonLine } from '../../terminal.ts';
import { storeOptions } from './openRelay.ts';

const short = { 'relay-data': 'data' } as const;

const prune = command({
  path: 'relay prune',
  summary: 'Delete the entries that are older than the retention, now; a running relay does so each hour.',
  uses: [...storeOptions, 'retention'],
  as: short,
  run: (settings, _words, { terminal }) =>
    withStore(settings, async ({ pruneStore }, store) => {
      const { entries } = await pruneStore(store, settings.retention);
      terminal.result(settings.json ? jsonLine({ entries }) : `${entries} entries deleted`);
      return done;
    }),
});

export const storeCommands = [prune];

type RelayPackage = typeof import('@otr/relay');

/** A store that cannot be used is an expected outcome. */
async function withStore(
  settings: Settings<(typeof storeOptions)[number]>,
  work: (relay: RelayPackage, store: StoreOptions) => Promise<Exit>,
): Promise<Exit> {
  const { 'relay-data': data, database } = settings;
  const relay = await import('@otr/relay');
  try {
    return await work(relay, database === undefined ? { data } : { data, database });
  } catch (error) {
    if (error instanceof relay.StartRefused) return failed(error.message);
    throw error;
  }
}
