import { command } from '../../command.ts';
import { done } from '../../exit.ts';
import { aborted } from '../../signals.ts';
import { jsonLine } from '../../terminal.ts';
import { openRelay, relayOptions } from './openRelay.ts';

export const run = command({
  path: 'relay',
  summary: 'Run a relay: it orders and keeps ciphertext, and holds no key.',
  notes:
    'To host one for others: docs/guide/hosting.md.\n' +
    'Database, Redis and admission token are secrets: write them into the config file, which only the relay can read.',
  uses: relayOptions,
  as: { 'relay-host': 'host', 'relay-port': 'port', 'relay-data': 'data' },
  async run(settings, _words, { terminal, log, ending, onHangUp }) {
    // This process is a relay and nothing else.
    const { collectGarbageOften } = await import('@otr/relay');
    collectGarbageOften();
    const started = await openRelay(settings, log);
    if (!started.ok) return started.exit;
    const { url, metricsPort, reloadTls, close } = started.relay;
    const metrics = metricsPort === undefined ? undefined : metricsUrl(settings['metrics-host'], metricsPort);
    if (settings.json) terminal.result(jsonLine({ listening: url, ...(metrics && { metrics }) }));
    else {
      terminal.result(`The relay listens at ${url}`);
      if (metrics !== undefined) terminal.note(`Its metrics are at ${metrics}`);
    }
    if (settings['tls-cert'] !== undefined) onHangUp(reloadTls);
    await aborted(ending);
    await close();
    return done;
  },
});

const metricsUrl = (host: string, port: number) =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}/metrics`;
