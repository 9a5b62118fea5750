import { randomInt } from 'node:crypto';
import type { Server as HttpServer } from 'node:http';
import { connect, createServer, isIPv4, type Server } from 'node:net';

/** Windows takes two seconds to say that nobody listens. */
const probeMs = 300;

/** The only addresses the proxy binds: nobody else on the network can reach them. Names are not looked up. */
export function isLoopbackLiteral(host: string): boolean {
  return host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** Below the ports that systems hand out to outgoing connections, and none that browsers refuse (10080). */
export function drawPort(): number {
  return randomInt(10_100, 32_768);
}

/**
 * Listens at this host and port, only if nobody else does; null when that cannot be. `localhost` names may lead a browser to ::1 first: with
 * the default host that address is taken too, so that no other program can answer in our name.
 */
export async function listenOnLoopback(
  http: HttpServer,
  host: string,
  port: number,
): Promise<(() => void) | null> {
  if (await isAnswered(host, port)) return null;
  const companion = host === '127.0.0.1' ? await takeCompanion(http, port) : 'none';
  if (companion === 'occupied') return null;
  const closeCompanion = () => companion !== 'none' && companion.close();
  if ((await listen(http, host, port)) !== 'listening') {
    closeCompanion();
    return null;
  }
  return closeCompanion;
}

async function takeCompanion(http: HttpServer, port: number): Promise<Server | 'none' | 'occupied'> {
  if (await isAnswered('::1', port)) return 'occupied';
  const server = createServer((socket) => http.emit('connection', socket));
  switch (await listen(server, '::1', port)) {
    case 'listening':
      return server;
    case 'occupied':
      return 'occupied';
    case 'noSuchAddress':
      return 'none'; // This machine has no IPv6.
  }
}

/** Some systems let two programs bind one port: ask whether somebody answers there. */
function isAnswered(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ host, port });
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
    probe.setTimeout(probeMs, () => {
      probe.destroy();
      resolve(false);
    });
  });
}

/** Throws what is neither. */
function listen(
  server: Server,
  host: string,
  port: number,
): Promise<'listening' | 'occupied' | 'noSuchAddress'> {
  return new Promise((resolve, reject) => {
    const onListening = () => {
      server.off('error', onError);
      resolve('listening');
    };
    const onError = (error: NodeJS.ErrnoException) => {
      server.off('listening', onListening);
      const outcome = outcomes[error.code ?? ''];
      if (outcome === undefined) reject(error);
      else resolve(outcome);
    };
    server.once('listening', onListening).once('error', onError);
    server.listen({ host, port, exclusive: true });
  });
}

const outcomes: Record<string, 'occupied' | 'noSuchAddress'> = {
  EADDRINUSE: 'occupied',
  EACCES: 'occupied',
  EADDRNOTAVAIL: 'noSuchAddress',
  EAFNOSUPPORT: 'noSuchAddress',
};
