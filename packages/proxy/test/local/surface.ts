import { createHmac } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sessionChallenge, sessionLabel, sessionPaths, sessionToken } from '@otr/protocol';
import { io, type Socket } from 'socket.io-client';
import { readPageFiles } from '../../src/local/pageFiles.ts';
import { openPageServer, type PageServer } from '../../src/local/pageServer.ts';
import { type FakeChat, fakeChat, openService } from './fakeChat.ts';

export const label = 'otr-0123456789abcdef';

/** Makes a folder with a small built page. */
export async function buildPage(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>otr</title>');
  await writeFile(join(folder, 'page.js'), 'export {};');
  await writeFile(join(folder, 'notes.secret'), 'of a type that is not served');
}

export interface Surface {
  server: PageServer;
  chat: FakeChat;
  port: number;
  labelHost: string;
  literalHost: string;
  /** How many clients that did not read were cut off. */
  cutOff(): number;
}

export async function openSurface(more: { helloWithinMs?: number } = {}): Promise<Surface> {
  const chat = fakeChat();
  const folder = await mkdtemp(join(tmpdir(), 'otr-page-'));
  await buildPage(folder);
  const files = await readPageFiles(folder);
  await rm(folder, { recursive: true });
  if (files === null) throw new Error('no page');
  let cutOff = 0;
  const server = await openPageServer({
    service: openService(chat),
    log: (event) => {
      if (event === 'slowClientCutOff') cutOff += 1;
    },
    files,
    host: '127.0.0.1',
    label,
    port: null,
    ...more,
  });
  if (server === null) throw new Error('no port');
  const { port } = server;
  const hosts = { labelHost: `${label}.localhost:${port}`, literalHost: `127.0.0.1:${port}` };
  return { server, chat, port, ...hosts, cutOff: () => cutOff };
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/**
 * One HTTP request with exactly these headers, to a port of 127.0.0.1 or a socket file. A header of `undefined` is
 * left out, `Host` too.
 */
export function ask(
  to: number | string,
  options: { method?: string; path?: string; headers?: Record<string, string | undefined>; body?: string },
): Promise<Reply> {
  const given = Object.entries(options.headers ?? {}).filter((entry) => entry[1] !== undefined);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        ...(typeof to === 'string' ? { socketPath: to } : { host: '127.0.0.1', port: to }),
        method: options.method ?? 'GET',
        path: options.path ?? '/',
        headers: Object.fromEntries(given) as Record<string, string>,
        setHost: false,
        agent: false,
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      },
    );
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: 101, headers: response.headers, body: '' });
    });
    request.on('error', reject);
    request.end(options.body);
  });
}

export function upgradeHeaders(host: string | undefined, origin: string | undefined) {
  return {
    ...(host !== undefined && { Host: host }),
    ...(origin !== undefined && { Origin: origin }),
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
}

export function codeOf(address: string): string {
  return new URL(address).hash.slice('#code='.length);
}

export function respondTo(code: string, challenge: string): string {
  return createHmac('sha256', Buffer.from(code, 'base64url'))
    .update(sessionLabel)
    .update(Buffer.from(challenge, 'base64url'))
    .digest('base64url');
}

export function post(surface: Surface, path: string, body: object): Promise<Reply> {
  const host = surface.labelHost;
  return ask(surface.port, {
    method: 'POST',
    path,
    headers: { Host: host, Origin: `http://${host}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

export async function challengeOf(surface: Surface): Promise<string> {
  return sessionChallenge.parse(JSON.parse((await post(surface, sessionPaths.challenge, {})).body)).challenge;
}

/** The whole way from a fresh address to a token. */
export async function tokenOf(surface: Surface): Promise<string> {
  const challenge = await challengeOf(surface);
  const response = respondTo(codeOf(surface.server.address('label')), challenge);
  const reply = await post(surface, sessionPaths.token, { challenge, response });
  return sessionToken.parse(JSON.parse(reply.body)).token;
}

/** A Socket.IO client as the page has it; not yet connected. */
export function pageSocket(surface: Pick<Surface, 'port'>, auth: object): Socket {
  return io(`http://127.0.0.1:${surface.port}`, {
    transports: ['websocket'],
    autoConnect: false,
    forceNew: true,
    reconnection: false,
    auth,
    extraHeaders: { Origin: `http://127.0.0.1:${surface.port}` },
  });
}

/** What becomes of a connection. */
export function outcome(socket: Socket): Promise<'connected' | 'refused' | 'failed'> {
  return new Promise((resolve) => {
    socket.once('connect', () => resolve('connected'));
    socket.once('connect_error', (error: Error & { data?: unknown }) =>
      resolve(error.data ? 'refused' : 'failed'),
    );
    socket.connect();
  });
}
