import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Health } from './health.ts';
import type { Log } from './log.ts';
import { keepTlsFresh, readTls, type TlsFiles } from './tls.ts';

const about = `This is a relay of otr-chatroom, an off-the-record chatroom.

It puts encrypted messages in order and keeps them until they are fetched. It holds no key to read them.
To use it, run the proxy on your own machine with this relay's address.
`;

/** How long a client may take for the head of its request, and for all of it, in milliseconds. */
const slowestRequest = 10_000;

export interface RelayHttp {
  readonly server: Server;
  /** `http` or `https`. */
  readonly scheme: 'http' | 'https';
  /** Reads certificate and key again, as SIGHUP asks; without TLS it does nothing. */
  reload(): void;
  /** Looks at the certificate's files no longer. The server is closed by `shutDown`. */
  stop(): void;
}

/** The server of the public port, not listening yet. Throws `StartRefused` for an unusable certificate. */
export function createHttp(options: { tls?: TlsFiles; health: Health; log: Log }): RelayHttp {
  const { tls, health, log } = options;
  const bounds = {
    headersTimeout: slowestRequest,
    requestTimeout: slowestRequest,
    connectionsCheckingInterval: slowestRequest / 2,
  };
  const answer = (request: IncomingMessage, response: ServerResponse) =>
    void answerHttp(health, request, response);
  if (tls === undefined) {
    const server = createServer(bounds, answer);
    return { server, scheme: 'http', reload: () => {}, stop: () => {} };
  }
  const secure = {
    ...bounds,
    ...readTls(tls),
    minVersion: 'TLSv1.2',
    handshakeTimeout: slowestRequest,
  } as const;
  const server = createTlsServer(secure, answer);
  const fresh = keepTlsFresh(server, tls, log);
  return { server, scheme: 'https', ...fresh };
}

/** What a person or a supervisor is told: a page of text, `/healthz` and `/readyz`. */
async function answerHttp(health: Health, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (isRead && request.url === '/') say(response, 200, about);
  else if (isRead && request.url === '/healthz') say(response, 200, 'ok\n');
  else if (isRead && request.url === '/readyz') await sayReadiness(health, response);
  else say(response, 404, 'Not found.\n');
}

async function sayReadiness(health: Health, response: ServerResponse): Promise<void> {
  const { isReady, lines } = await health.readiness();
  say(response, isReady ? 200 : 503, `${lines.join('\n')}\n`);
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  response.end(text);
}
