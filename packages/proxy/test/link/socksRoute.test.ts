import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { relayParser } from '@otr/protocol/relayParser';
import { Server } from 'socket.io';
import { afterEach, describe, expect, test } from 'vitest';
import { createRelayLink, type RelayAccess } from '../../src/link/relayLink.ts';
import { Relays } from '../../src/link/relays.ts';
import { silent } from '../../src/log.ts';
import type { LinkState } from '../../src/machine/link.ts';
import { type SocksServerOptions, TestSocksServer } from './socksServer.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A relay that greets, and counts who reached its port in any way. */
async function startRelay(certificate?: { cert: Buffer; key: Buffer }) {
  const http = certificate ? createHttpsServer(certificate) : createServer();
  const reached: number[] = [];
  http.on('connection', (socket) => reached.push(socket.remotePort ?? 0));
  const server = new Server(http, { parser: relayParser, transports: ['websocket'] });
  let greeted = 0;
  server.on('connection', (socket) => {
    greeted += 1;
    socket.emit('challenge', { nonce: Buffer.alloc(32) });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  endings.push(() => server.close());
  const { port } = http.address() as AddressInfo;
  return { port, reached, greeted: () => greeted };
}

async function startSocks(options: SocksServerOptions = {}) {
  const socks = await TestSocksServer.start(options);
  endings.push(() => socks.close());
  return socks;
}

/** The state of a link once it is online, or was offline for so many times. */
function settled(url: string, access: RelayAccess, failures = 1): Promise<LinkState> {
  return new Promise((resolve) => {
    const changed = (state: LinkState) => {
      const isOver = state.phase === 'offline' && state.failures >= failures;
      if (state.phase === 'online' || isOver) resolve(state);
    };
    const listener = { changed, online: () => {}, message: () => {} };
    const link = createRelayLink(url, listener, silent, access);
    endings.push(() => link.close());
    link.start();
  });
}

const through = (socks: TestSocksServer) => ({ socks: { server: socks.options } });

test('[X1] a relay is reached through the SOCKS server alone, which looks up its name', async () => {
  const relay = await startRelay();
  const socks = await startSocks({ names: { 'relay.invalid': relay.port } });
  expect((await settled('http://relay.invalid', through(socks))).phase).toBe('online');
  expect(socks.visits).toEqual([{ kind: 'name', host: 'relay.invalid', port: 80, login: null }]);
  expect(relay.reached).toEqual([...socks.relayed]);
});

test('[X1] a relay on this machine is no exception', async () => {
  const relay = await startRelay();
  const socks = await startSocks();
  const url = `http://127.0.0.1:${relay.port}`;
  expect((await settled(url, through(socks))).phase).toBe('online');
  expect(socks.visits).toMatchObject([{ kind: 'address', host: '127.0.0.1', port: relay.port }]);
  expect(relay.reached).toEqual([...socks.relayed]);
  // Negative control: without it the connection is direct.
  expect((await settled(url, {})).phase).toBe('online');
  expect(relay.reached).toHaveLength(2);
  expect(socks.relayed.size).toBe(1);
});

describe('[X2] nothing goes past a SOCKS server', () => {
  test('that is not there', async () => {
    const relay = await startRelay();
    const gone = await TestSocksServer.start();
    await gone.close();
    const state = await settled(`http://127.0.0.1:${relay.port}`, through(gone), 2);
    expect(state).toMatchObject({
      reason: `The SOCKS server does not answer: 127.0.0.1:${gone.port}, nothing listens there. Nothing is sent past it; it is tried again by itself.`,
    });
    expect(relay.reached).toEqual([]);
  });

  test.each([
    ['that says nothing', { says: '' }, /^The SOCKS server does not answer: .*, it is silent\./],
    [
      'that is another kind of server',
      { says: 'HTTP/1.1 400 Bad Request\r\n' },
      /cannot be used: .* Socks5 .*\.$/,
    ],
    [
      'that does not know the relay',
      {},
      /does not reach the relay at http:\/\/relay\.invalid: HostUnreachable\.$/,
    ],
  ])('%s', async (_, options, says) => {
    const relay = await startRelay();
    const socks = await startSocks(options);
    const state = await settled('http://relay.invalid', through(socks));
    expect(state).toMatchObject({ phase: 'offline', reason: expect.stringMatching(says) });
    expect(relay.reached).toEqual([]);
  });

  test('that goes away: the link waits for it', async () => {
    const relay = await startRelay();
    const socks = await startSocks({ names: { 'relay.invalid': relay.port } });
    const states: string[] = [];
    let look = () => {};
    const changed = ({ phase }: LinkState) => {
      states.push(phase);
      look();
    };
    const listener = { changed, online: () => {}, message: () => {} };
    const link = createRelayLink('http://relay.invalid', listener, silent, through(socks));
    endings.push(() => link.close());
    link.start();
    const online = (times: number) => states.filter((phase) => phase === 'online').length === times;
    while (!online(1)) await new Promise<void>((resolve) => (look = resolve));
    socks.cut();
    while (!online(2)) await new Promise<void>((resolve) => (look = resolve));
    expect(relay.reached).toEqual([...socks.relayed]);
  });
});

describe('[X3] rooms apart', () => {
  /** Two rooms at one relay; resolves when all its links are online, or one says why not. */
  function twoRooms(url: string, socks: TestSocksServer, perRoom: boolean, connections: number) {
    const room = { connect: () => {}, disconnect: () => {}, receive: () => {} };
    return new Promise<{ relays: Relays; reason: string | undefined }>((resolve) => {
      const look = () => {
        const { reason } = relays.status();
        const isOnline = relays.status().state === 'online' && socks.visits.length === connections;
        if (reason !== undefined || isOnline) resolve({ relays, reason });
      };
      const relays: Relays = new Relays(url, silent, look, { socks: { ...socks.options, perRoom } });
      endings.push(() => relays.close());
      for (const id of ['garden', 'cellar']) {
        relays.link(url, id);
        relays.add(url, id, room);
      }
      relays.link(url);
    });
  }

  test('each has a connection and a login of its own, which it keeps while the program runs', async () => {
    const relay = await startRelay();
    const socks = await startSocks({ names: { 'relay.invalid': relay.port } });
    await twoRooms('http://relay.invalid', socks, true, 3);
    const logins = () => socks.visits.map(({ login }) => `${login?.userId}:${login?.password}`);
    expect(new Set(logins()).size).toBe(3);
    for (const login of logins()) expect(login).toMatch(/^[0-9a-f]{32}:[0-9a-f]{32}$/);
    socks.cut();
    await socks.until(() => socks.visits.length === 6);
    expect(new Set(logins()).size).toBe(3);
    // Another run has other logins.
    await twoRooms('http://relay.invalid', socks, true, 9);
    expect(new Set(logins()).size).toBe(6);
  });

  test('only where that is asked for', async () => {
    const relay = await startRelay();
    const socks = await startSocks({ names: { 'relay.invalid': relay.port } });
    await twoRooms('http://relay.invalid', socks, false, 1);
    expect(socks.visits).toEqual([{ kind: 'name', host: 'relay.invalid', port: 80, login: null }]);
  });

  test('a room without rooms of its own is left when it goes', async () => {
    const relay = await startRelay();
    const socks = await startSocks({ names: { 'relay.invalid': relay.port } });
    const { relays } = await twoRooms('http://relay.invalid', socks, true, 3);
    expect(relays.roomsAt('http://relay.invalid')).toBe(2);
    relays.remove('http://relay.invalid', 'garden');
    expect(relays.roomsAt('http://relay.invalid')).toBe(1);
  });

  test('a SOCKS server that takes no logins cannot do that, and is not used', async () => {
    const relay = await startRelay();
    const socks = await startSocks({ names: { 'relay.invalid': relay.port }, refusesLogins: true });
    const { reason } = await twoRooms('http://relay.invalid', socks, true, 3);
    expect(reason).toMatch(/^The SOCKS server at .* cannot keep rooms apart: it takes no logins\./);
    expect(relay.reached).toEqual([]);
  });
});

const openssl = ['/usr/bin/openssl', '/usr/local/bin/openssl', '/opt/homebrew/bin/openssl'].find(existsSync);

describe.skipIf(openssl === undefined)('a relay that speaks https', () => {
  function makeCertificate(name: string) {
    const folder = mkdtempSync(join(tmpdir(), 'otr-socks-'));
    const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
    const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const names = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
    execFileSync(openssl ?? '', [...kind, ...names, ...files], { stdio: 'ignore' });
    const [cert, key] = ['cert.pem', 'key.pem'].map((file) => readFileSync(join(folder, file)));
    rmSync(folder, { recursive: true });
    if (!cert || !key) throw new Error('openssl wrote nothing');
    return { cert, key };
  }

  function trust(cert: Buffer): void {
    const before = getCACertificates('default');
    setDefaultCACertificates([...before, String(cert)]);
    endings.push(() => setDefaultCACertificates(before));
  }

  test('[X1] is spoken to in TLS through the tunnel', async () => {
    const certificate = makeCertificate('relay.invalid');
    trust(certificate.cert);
    const relay = await startRelay(certificate);
    const socks = await startSocks({ names: { 'relay.invalid': relay.port } });
    expect((await settled('https://relay.invalid', through(socks))).phase).toBe('online');
    expect(socks.visits).toEqual([{ kind: 'name', host: 'relay.invalid', port: 443, login: null }]);
  });

  test.each([
    ['of another name', 'other.invalid', true],
    ['that nobody vouches for', 'relay.invalid', false],
  ])('[X2] with a certificate %s is not spoken to', async (_, name, isTrusted) => {
    const certificate = makeCertificate(name);
    if (isTrusted) trust(certificate.cert);
    const relay = await startRelay(certificate);
    const socks = await startSocks({ names: { 'relay.invalid': relay.port } });
    expect((await settled('https://relay.invalid', through(socks))).phase).toBe('offline');
    expect(socks.relayed.size).toBe(1);
    expect(relay.greeted()).toBe(0);
  });
});
