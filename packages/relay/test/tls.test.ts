import { once } from 'node:events';
import { copyFileSync, truncateSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { Health } from '../src/health.ts';
import { createHttp, type RelayHttp } from '../src/http.ts';
import { silent } from '../src/log.ts';
import { StartRefused } from '../src/startRefused.ts';
import { keepTlsFresh, type TlsFiles } from '../src/tls.ts';
import { afterTest, dataFolder } from './afterTest.ts';
import { hasOpenssl, writeCertificate } from './testCertificate.ts';

type Line = { event: string; fields?: object };

async function secureRelay(tls: TlsFiles): Promise<{ http: RelayHttp; port: number; lines: Line[] }> {
  const lines: Line[] = [];
  const health = new Health({ ping: async () => {} }, { isHealthy: true });
  const http = createHttp({
    tls,
    health,
    log: (event, fields) => lines.push({ event, ...(fields && { fields }) }),
  });
  http.server.listen(0, '127.0.0.1');
  await once(http.server, 'listening');
  afterTest(() => {
    http.stop();
    http.server.close();
    http.server.closeAllConnections();
  });
  return { http, port: (http.server.address() as AddressInfo).port, lines };
}

async function connected(port: number): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  afterTest(() => socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

async function nameShown(port: number): Promise<string | undefined> {
  const { subject } = (await connected(port)).getPeerCertificate();
  return String(subject.CN);
}

describe.skipIf(!hasOpenssl())('TLS', () => {
  test('serves https with the certificate of the files', async () => {
    const { http, port } = await secureRelay(writeCertificate(dataFolder(), 'one'));
    expect(http.scheme).toBe('https');
    const request = get({ port, host: '127.0.0.1', path: '/healthz', rejectUnauthorized: false });
    const [answer] = await once(request, 'response');
    expect(answer.statusCode).toBe(200);
    answer.resume();
  });

  test('a renewed certificate is for new connections; open ones go on', async () => {
    const folder = dataFolder();
    const { http, port, lines } = await secureRelay(writeCertificate(folder, 'one'));
    const before = await connected(port);
    writeCertificate(folder, 'two');
    http.reload();
    expect(lines).toEqual([{ event: 'tlsReloaded' }]);
    expect(await nameShown(port)).toBe('two');
    before.write('GET /healthz HTTP/1.1\r\nHost: relay\r\n\r\n');
    expect(String((await once(before, 'data'))[0])).toContain('200 OK');
  });

  test('a renewal that is broken or half written keeps the old one, and says so', async () => {
    const folder = dataFolder();
    const tls = writeCertificate(folder, 'one');
    const { http, port, lines } = await secureRelay(tls);
    copyFileSync(writeCertificate(dataFolder(), 'two').certFile, tls.certFile);
    http.reload();
    truncateSync(tls.certFile, 100);
    http.reload();
    expect(lines).toMatchObject([{ event: 'tlsReloadFailed' }, { event: 'tlsReloadFailed' }]);
    expect(await nameShown(port)).toBe('one');
  });

  test('changed files are noticed without a signal', async () => {
    const folder = dataFolder();
    const files = writeCertificate(folder, 'one');
    const renewed = Promise.withResolvers<void>();
    const fresh = keepTlsFresh({ setSecureContext: () => renewed.resolve() }, files, silent, 10);
    afterTest(fresh.stop);
    writeCertificate(folder, 'two');
    await renewed.promise;
  });

  test('a key that is not the certificate’s is refused at the start', async () => {
    const [mine, other] = [writeCertificate(dataFolder(), 'one'), writeCertificate(dataFolder(), 'two')];
    await expect(secureRelay({ certFile: mine.certFile, keyFile: other.keyFile })).rejects.toMatchObject({
      code: 'tlsUnusable',
    });
  });
});

test('files that are missing or are no certificate are refused with a sentence', async () => {
  const folder = dataFolder();
  const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  await expect(secureRelay(files)).rejects.toThrow(StartRefused);
  writeFileSync(files.certFile, 'no certificate');
  writeFileSync(files.keyFile, 'a secret');
  const refusal = secureRelay(files);
  await expect(refusal).rejects.toThrow(/\.$/);
  await expect(refusal).rejects.not.toThrow('a secret');
});
