import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { limits } from '@otr/protocol';
import { Server } from 'socket.io';
import { admit, factsOf, type Policy, type Refusal } from './guard.ts';
import { securityHeaders } from './headers.ts';
import type { Route } from './routes.ts';

export interface Gate {
  /** Listens; every request on it passes the guard. */
  http: HttpServer;
  /** Reached by admitted upgrades only. */
  io: Server;
  close(): Promise<void>;
}

/** Answers an admitted plain request. */
export type AnswerRequest = (
  request: IncomingMessage,
  response: ServerResponse,
  route: Route,
  host: string,
) => Promise<void> | void;

const connectionsAtMost = 256;
/** By default, in milliseconds. */
const helloWithin = 5_000;
/** How long the closing handshake of a client that may not read is waited for. Milliseconds. */
const goodbyeWithin = 1_000;

/**
 * An HTTP server whose every request and upgrade stands before the guard, and the Socket.IO server behind it. The
 * latter hangs on an inner HTTP server that listens nowhere: what the guard did not admit cannot reach it, of known
 * sessions either. A connection that has not said who it is (a page: its token) after `helloWithinMs` is closed.
 */
export function openGate(policy: () => Policy, answer: AnswerRequest, helloWithinMs = helloWithin): Gate {
  const inner = createServer();
  const io = new Server(inner, {
    transports: ['websocket'],
    maxHttpBufferSize: limits.localFrame,
    connectTimeout: helloWithinMs,
    cookie: false,
    serveClient: false,
    allowUpgrades: false,
    perMessageDeflate: false,
  });

  wipeFrames(io);

  const http = createServer({ headersTimeout: 10_000, requestTimeout: 10_000 });
  http.maxConnections = connectionsAtMost;
  http.on('request', (request, response) => {
    const admission = admit(factsOf(request, false), policy());
    if (admission.kind === 'refused') refuseRequest(response, admission);
    else void answer(request, response, admission.route, admission.host);
  });
  http.on('upgrade', (request, socket, head) => {
    const admission = admit(factsOf(request, true), policy());
    if (admission.kind === 'refused') refuseUpgrade(socket, admission);
    else if (admission.route.does !== 'socket') refuseUpgrade(socket, notAnUpgrade);
    else inner.emit('upgrade', request, socket, head);
  });

  const open = new Set<Socket>();
  http.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });

  return {
    http,
    io,
    async close() {
      const cutting = setTimeout(() => {
        for (const socket of open) socket.destroy();
      }, goodbyeWithin);
      await io.close();
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
      clearTimeout(cutting);
    },
  };
}

/** What Engine.IO does not declare: the WebSocket under a connection. */
interface Transport {
  socket: { on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): void };
}

/** Engine.IO has made a string of a text frame when this listener's turn comes: its bytes, maybe a passphrase, go at once. */
function wipeFrames(io: Server): void {
  io.engine.on('connection', ({ transport }: { transport: Transport }) => {
    transport.socket.on('message', (data, isBinary) => {
      if (!isBinary) data.fill(0);
    });
  });
}

const notAnUpgrade: Refusal = {
  kind: 'refused',
  status: 426,
  code: 'wrongTransport',
  message: 'The proxy speaks WebSocket at its socket path, and only there.',
};

function refuseRequest(response: ServerResponse, refusal: Refusal): void {
  const body = refusalBody(refusal);
  response.writeHead(refusal.status, { ...refusalHeaders, 'Content-Length': body.length }).end(body);
}

function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  socket.on('error', () => socket.destroy());
  const body = refusalBody(refusal);
  const headers = Object.entries({ ...refusalHeaders, 'Content-Length': body.length });
  const lines = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

const refusalHeaders = {
  ...securityHeaders(null),
  'Content-Type': 'application/json; charset=utf-8',
  'Cache-Control': 'no-store',
  Connection: 'close',
};

function refusalBody({ code, message }: Refusal): Buffer {
  return Buffer.from(JSON.stringify({ code, message }));
}
