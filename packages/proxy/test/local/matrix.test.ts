import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admit, factsOf } from '../../src/local/guard.ts';
import { routeTable } from '../../src/local/routes.ts';
import { ask, openSurface, outcome, pageSocket, type Surface, tokenOf, upgradeHeaders } from './surface.ts';

/**
 * Every combination of these, against a real server. What must be admitted is stated here by hand and on its own
 * (`shouldAdmit`), not with the guard's code.
 */
const hosts = ['label', 'literal', 'otherPort', 'rebound', 'bareLabel', 'localhost', 'missing'] as const;
const origins = ['ownLabel', 'ownLiteral', 'otherPort', 'hostile', 'null', 'https', 'missing'] as const;
const methods = ['GET', 'POST', 'PUT', 'OPTIONS'] as const;
const transports = ['http', 'websocket', 'polling'] as const;
const sessions = ['none', 'known', 'unknown'] as const;

interface Case {
  host: (typeof hosts)[number];
  origin: (typeof origins)[number];
  method: (typeof methods)[number];
  transport: (typeof transports)[number];
  session: (typeof sessions)[number];
}

const cases: Case[] = hosts.flatMap((host) =>
  origins.flatMap((origin) =>
    methods.flatMap((method) =>
      transports.flatMap((transport) =>
        sessions.map((session) => ({ host, origin, method, transport, session })),
      ),
    ),
  ),
);

/** The rule: the page itself is read by GET; everything else comes from the page's own origin; WebSocket only. */
function shouldAdmit({ host, origin, method, transport, session }: Case): boolean {
  if (host !== 'label' && host !== 'literal') return false;
  if (method !== 'GET') return false;
  const isOwnOrigin = origin === (host === 'label' ? 'ownLabel' : 'ownLiteral');
  if (transport === 'http') return isOwnOrigin || origin === 'missing';
  return transport === 'websocket' && isOwnOrigin && session === 'none';
}

function headersOf(port: number, { host, origin }: Case) {
  const own = `otr-0123456789abcdef.localhost:${port}`;
  return {
    host: {
      label: own,
      literal: `127.0.0.1:${port}`,
      otherPort: `127.0.0.1:${port - 1}`,
      rebound: `attacker.example:${port}`,
      bareLabel: 'otr-0123456789abcdef.localhost',
      localhost: `localhost:${port}`,
      missing: undefined,
    }[host],
    origin: {
      ownLabel: `http://${own}`,
      ownLiteral: `http://127.0.0.1:${port}`,
      otherPort: `http://127.0.0.1:${port - 1}`,
      hostile: 'http://attacker.example',
      null: 'null',
      https: `https://${own}`,
      missing: undefined,
    }[origin],
  };
}

async function isAdmitted(port: number, one: Case, knownSession: string): Promise<boolean> {
  const { host, origin } = headersOf(port, one);
  const session = { none: '', known: `&sid=${knownSession}`, unknown: '&sid=AAAAAAAAAAAAAAAAAAAA' }[
    one.session
  ];
  const query = session === '' ? '' : `?${session.slice(1)}`;
  const path =
    one.transport === 'http' ? `/${query}` : `/socket.io/?EIO=4&transport=${one.transport}${session}`;
  const headers =
    one.transport === 'websocket' ? upgradeHeaders(host, origin) : { Host: host, Origin: origin };
  const { status } = await ask(port, { method: one.method, path, headers });
  return status === 101 || status === 200;
}

/** Those for which the server does not do as the rule says. */
async function deviations(port: number, knownSession: string, some: readonly Case[]): Promise<Case[]> {
  const wrong: Case[] = [];
  for (let first = 0; first < some.length; first += atOnce) {
    const batch = some.slice(first, first + atOnce);
    const admitted = await Promise.all(batch.map((one) => isAdmitted(port, one, knownSession)));
    wrong.push(...batch.filter((one, index) => admitted[index] !== shouldAdmit(one)));
  }
  return wrong;
}
const atOnce = 16;

describe('the guard matrix, against a real server', () => {
  let surface: Surface;
  let knownSession: string;
  const closers: (() => void)[] = [];

  beforeAll(async () => {
    surface = await openSurface();
    const socket = pageSocket(surface, { token: await tokenOf(surface) });
    closers.push(() => socket.disconnect());
    expect(await outcome(socket)).toBe('connected');
    knownSession = socket.io.engine.id;
  });
  afterAll(async () => {
    for (const close of closers) close();
    await surface.server.close();
  });

  it(`[W1] admits exactly what it should in ${cases.length} combinations`, { timeout: 60_000 }, async () => {
    expect(await deviations(surface.port, knownSession, cases)).toEqual([]);
    expect(cases.filter(shouldAdmit)).toHaveLength(2 * 2 * 3 + 2);
  });

  it('admits a POST to the session paths from the own origin only', async () => {
    for (const path of ['/session/challenge', '/session/token']) {
      for (const host of hosts) {
        for (const origin of origins) {
          const one: Case = { host, origin, method: 'POST', transport: 'http', session: 'none' };
          const named = headersOf(surface.port, one);
          const { status } = await ask(surface.port, {
            method: 'POST',
            path,
            headers: { Host: named.host, Origin: named.origin },
            body: '{}',
          });
          const isOwn =
            (host === 'label' && origin === 'ownLabel') || (host === 'literal' && origin === 'ownLiteral');
          const reached =
            path === '/session/challenge' ? status === 200 : status === 400 && named.host !== undefined;
          expect([path, host, origin, reached && status !== 421]).toEqual([path, host, origin, isOwn]);
        }
      }
    }
  });

  it('lets nobody without the token into a session, whatever else is right', async () => {
    const token = await tokenOf(surface);
    const wrong = `${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`;
    for (const auth of [
      {},
      { token: '' },
      { token: wrong },
      { token: null },
      { token: [token] },
      { token: `${token}=` },
    ]) {
      const socket = pageSocket(surface, auth);
      expect([auth, await outcome(socket)]).toEqual([auth, 'refused']);
      socket.disconnect();
    }
    const socket = pageSocket(surface, { token });
    expect(await outcome(socket)).toBe('connected');
    socket.disconnect();
  });
});

describe('negative control: the same guard in `allowRequest` and `cors` only', () => {
  let server: HttpServer;
  let port: number;
  let io: Server;

  beforeAll(async () => {
    server = createServer((_request, response) => response.writeHead(404).end());
    io = new Server(server, {
      transports: ['websocket', 'polling'],
      cors: { origin: false },
      allowRequest: (request, decide) => {
        const own = [`otr-0123456789abcdef.localhost:${port}`, `127.0.0.1:${port}`];
        const policy = { hosts: own, origin: 'exact', routes: routeTable(['/']) } as const;
        decide(null, admit(factsOf(request, true), policy).kind === 'admitted');
      },
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => io.close());

  it('fails in the rows of known sessions, so the matrix can tell', async () => {
    const surface = { port } as Surface;
    const socket = pageSocket(surface, {});
    expect(await outcome(socket)).toBe('connected');
    const sockets = cases.filter((one) => one.transport === 'websocket' && one.method === 'GET');
    const wrong = await deviations(port, socket.io.engine.id, sockets);
    socket.disconnect();
    expect(wrong.length).toBeGreaterThan(0);
    expect(wrong.every((one) => one.session === 'known')).toBe(true);
    expect(wrong.some((one) => one.host === 'rebound' && one.origin === 'hostile')).toBe(true);
  });
});
