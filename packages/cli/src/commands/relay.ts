import type { Log } from '@otr/proxy';
import { type RelayLimits, type RelayOptions, StartRefused, startRelay } from '@otr/relay';
import { command } from '../command.ts';
import { done, failed } from '../exit.ts';
import { keepPort, readKeptPort } from '../keptPort.ts';
import type { Settings } from '../options.ts';
import { aborted } from '../signals.ts';
import { jsonLine } from '../terminal.ts';

/** What says how a relay runs, for the commands that start one. */
export const relayOptions = [
  'relay-host',
  'relay-port',
  'relay-data',
  'cleanup-interval',
  'grace',
  'retention',
  'max-members',
  'max-room-bytes',
] as const;

type RelaySettings = Settings<(typeof relayOptions)[number]>;
type Relay = Awaited<ReturnType<typeof startRelay>>;

export const relay = command({
  path: 'relay',
  summary: 'Run a relay: it orders and keeps ciphertext, and holds no key.',
  notes:
    'To host one for others, put it behind a reverse proxy that speaks https (docs/guide/configuration.md).',
  uses: relayOptions,
  as: { 'relay-host': 'host', 'relay-port': 'port', 'relay-data': 'data' },
  async run(settings, _words, { terminal, log, ending }) {
    const started = await openRelay(settings, log);
    if (!started.ok) return failed(started.message);
    const { url, close } = started.relay;
    terminal.result(settings.json ? jsonLine({ listening: url }) : `The relay listens at ${url}`);
    await aborted(ending);
    await close();
    return done;
  },
});

export type OpenedRelay = { ok: true; relay: Relay } | { ok: false; message: string };

/** Starts a relay by its settings, on the port it had before where none is given. */
export async function openRelay(settings: RelaySettings, log: Log): Promise<OpenedRelay> {
  const folder = settings['relay-data'];
  const kept = await readKeptPort(folder);
  const port = settings['relay-port'] ?? kept;
  try {
    const relay = await startRelay({ ...startOptions(settings), port, log });
    if (settings['relay-port'] === undefined && kept === 0)
      await keepPort(folder, Number(new URL(relay.url).port));
    return { ok: true, relay };
  } catch (error) {
    if (error instanceof StartRefused) return { ok: false, message: error.message };
    throw error;
  }
}

function startOptions(settings: RelaySettings): Omit<RelayOptions, 'port' | 'log'> {
  const limits: Partial<RelayLimits> = given({
    retentionMs: settings.retention,
    membersPerRoom: settings['max-members'],
    logBytesPerRoom: settings['max-room-bytes'],
  });
  const cleanup = given({ intervalMs: settings['cleanup-interval'], graceMs: settings.grace });
  return { host: settings['relay-host'], data: settings['relay-data'], limits, cleanup };
}

/** Without the properties that are not set. */
function given<Shape extends object>(
  shape: Shape,
): { [Key in keyof Shape]?: Exclude<Shape[Key], undefined> } {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Shape]?: Exclude<Shape[Key], undefined>;
  };
}
