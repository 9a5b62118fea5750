import type { ServerResponse } from 'node:http';
import type { LocalService } from '../chat.ts';
import type { Log } from '../log.ts';
import { oneTimeCodes } from './codes.ts';
import { openGate } from './gate.ts';
import { serveClients } from './handlers.ts';
import { securityHeaders } from './headers.ts';
import { drawPort, listenOnLoopback } from './loopback.ts';
import type { PageFiles } from './pageFiles.ts';
import { routeTable } from './routes.ts';
import { answerChallenge, answerToken, type Reply } from './session.ts';
import { sessionTokens } from './token.ts';

export interface PageServerOptions {
  service: LocalService;
  log: Log;
  files: PageFiles;
  /** A loopback literal. */
  host: string;
  /** `otr-<hex>`: the page's name under `.localhost`. */
  label: string;
  /** Tried first; null: draw one. */
  port: number | null;
  /** A connection that has not shown its token by then is closed; 5 s where it is left out. */
  helloWithinMs?: number;
}

export interface PageServer {
  /** The one it listens at: another than asked for when that was occupied. */
  port: number;
  /** With a fresh one-time code. */
  address(kind: 'label' | 'literal'): string;
  close(): Promise<void>;
}

const drawsAtMost = 50;

/** Serves the page and its Socket.IO connections on loopback. Null when no port is free. */
export async function openPageServer(options: PageServerOptions): Promise<PageServer | null> {
  const { service, log, files, host, label } = options;
  const codes = oneTimeCodes();
  const tokens = sessionTokens();
  const routes = routeTable(files.keys());
  let hosts: readonly string[] = [];

  const gate = openGate(
    () => ({ hosts, origin: 'exact', routes }),
    async (request, response, route, host) => {
      switch (route.does) {
        case 'page':
          return sendFile(response, files, route.path, host);
        case 'challenge':
          return sendReply(response, answerChallenge(codes), host);
        case 'token':
          return sendReply(response, await answerToken(request, codes, tokens), host);
        case 'socket':
          response.destroy(); // The guard lets upgrades through only.
      }
    },
    options.helloWithinMs,
  );
  gate.io.use((socket, next) => next(tokens.accepts(socket.handshake.auth) ? undefined : sessionRefused()));

  const listening = await listenSomewhere(options.port, (port) => listenOnLoopback(gate.http, host, port));
  if (listening === null) {
    await gate.close();
    return null;
  }
  const { port, closeCompanion } = listening;
  const names = { label: `${label}.localhost:${port}`, literal: `${inUrl(host)}:${port}` };
  // Browsers lead every name under .localhost to 127.0.0.1 or ::1, whatever else we may be bound to.
  const hasLabel = host === '127.0.0.1' || host === '::1';
  hosts = hasLabel ? [names.label, names.literal] : [names.literal];
  const stopServing = serveClients(gate.io, { service, log, pageAddress: null });

  return {
    port,
    address: (kind) => `http://${names[hasLabel ? kind : 'literal']}/#code=${codes.issue()}`,
    async close() {
      stopServing();
      closeCompanion();
      await gate.close();
    },
  };
}

async function listenSomewhere(
  wanted: number | null,
  listen: (port: number) => Promise<(() => void) | null>,
) {
  for (let draw = 0; draw < drawsAtMost; draw += 1) {
    const port = draw === 0 && wanted !== null ? wanted : drawPort();
    const closeCompanion = await listen(port);
    if (closeCompanion !== null) return { port, closeCompanion };
  }
  return null;
}

function sendFile(response: ServerResponse, files: PageFiles, path: string, host: string): void {
  const file = files.get(path);
  if (file === undefined) throw new Error('A page route without its file.');
  response
    .writeHead(200, {
      ...securityHeaders(host),
      'Content-Type': file.contentType,
      'Content-Length': file.body.length,
      'Cache-Control': file.cacheControl,
    })
    .end(file.body);
}

function sendReply(response: ServerResponse, { status, body }: Reply, host: string): void {
  const text = Buffer.from(JSON.stringify(body));
  response
    .writeHead(status, {
      ...securityHeaders(host),
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': text.length,
      'Cache-Control': 'no-store',
    })
    .end(text);
}

/** The page tells it from a lost connection by `data.code`. */
function sessionRefused(): Error {
  return Object.assign(new Error('notAuthorised'), {
    data: {
      code: 'notAuthorised',
      message: 'Open a fresh address of the page: the proxy does not know this one.',
    },
  });
}

function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
