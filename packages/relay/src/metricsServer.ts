import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from './metrics.ts';
import type { MetricSources } from './prometheus.ts';
import { StartRefused } from './startRefused.ts';

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** `/metrics` for Prometheus on a port of its own, which is not for the public. Throws `StartRefused`. */
export async function startMetricsServer(
  metrics: Metrics,
  sources: MetricSources,
  at: { host: string; port: number },
): Promise<MetricsServer> {
  // Loaded when it is asked for: it takes a tenth of a second and 8 MB.
  const { registryOf } = await import('./prometheus.ts');
  const registry = registryOf(metrics, sources);
  const server = createServer(async (request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found.\n');
      return;
    }
    const text = await registry.metrics();
    response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' }).end(text);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new StartRefused(
          'addressUnusable',
          `The metrics can't be served on ${at.host} port ${at.port}: ${error.message}.`,
        ),
      ),
    );
    server.listen(at.port, at.host, () => resolve());
  });
  // A server that listens on a port has this address.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
