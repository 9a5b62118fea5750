import type { Log } from '@otr/proxy';
import type { Relay, RelayLimits, RelayOptions } from '@otr/relay';
import { type Exit, failed, misused } from '../../exit.ts';
import { keepPort, readKeptPort } from '../../keptPort.ts';
import type { Settings } from '../../options.ts';

/** What says where a relay's log is. */
export const storeOptions = ['relay-data', 'database'] as const;

/** What says how a relay runs, for the commands that start one. */
export const relayOptions = [
  'relay-host',
  'relay-port',
  ...storeOptions,
  'redis',
  'admission',
  'tls-cert',
  'tls-key',
  'metrics-host',
  'metrics-port',
  'cleanup-interval',
  'grace',
  'retention',
  'max-connections',
  'max-room-bytes',
] as const;

type RelaySettings = Settings<(typeof relayOptions)[number]>;

export type OpenedRelay = { ok: true; relay: Relay } | { ok: false; exit: Exit };

/** Starts a relay by its settings, on the port it had before where none is given. */
export async function openRelay(settings: RelaySettings, log: Log): Promise<OpenedRelay> {
  const problem = contradiction(settings);
  if (problem !== undefined) return { ok: false, exit: misused(problem) };
  const folder = settings['relay-data'];
  const kept = await readKeptPort(folder);
  const port = settings['relay-port'] ?? kept;
  // Loaded when a relay is wanted: the other commands start in half the time.
  const { StartRefused, startRelay } = await import('@otr/relay');
  try {
    const relay = await startRelay({ ...startOptions(settings), port, log });
    if (settings['relay-port'] === undefined && kept === 0) await keepPort(folder, relay.port);
    return { ok: true, relay };
  } catch (error) {
    if (error instanceof StartRefused) return { ok: false, exit: failed(error.message) };
    throw error;
  }
}

/** Settings that make no sense without each other, as a sentence. */
function contradiction(settings: RelaySettings): string | undefined {
  if ((settings['tls-cert'] === undefined) !== (settings['tls-key'] === undefined))
    return '--tls-cert and --tls-key belong together';
  if (settings.redis !== undefined && settings.database === undefined)
    return '--redis is for relays that share a database: give --database too';
  return undefined;
}

function startOptions(settings: RelaySettings): Omit<RelayOptions, 'port' | 'log'> {
  const limits: Partial<RelayLimits> = given({
    retentionMs: settings.retention,
    maxConnections: settings['max-connections'],
    logBytesPerRoom: settings['max-room-bytes'],
  });
  const cleanup = given({ intervalMs: settings['cleanup-interval'], graceMs: settings.grace });
  return {
    host: settings['relay-host'],
    data: settings['relay-data'],
    limits,
    cleanup,
    ...given({
      database: settings.database,
      redis: settings.redis,
      admission: settings.admission,
      tls: tlsOf(settings),
      metrics: metricsOf(settings),
    }),
  };
}

function tlsOf({ 'tls-cert': certFile, 'tls-key': keyFile }: RelaySettings) {
  return certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile };
}

function metricsOf({ 'metrics-host': host, 'metrics-port': port }: RelaySettings) {
  return port === undefined ? undefined : { host, port };
}

/** Without the properties that are not set. */
function given<Shape extends object>(
  shape: Shape,
): { [Key in keyof Shape]?: Exclude<Shape[Key], undefined> } {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Shape]?: Exclude<Shape[Key], undefined>;
  };
}
