import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectSocketFile } from '../../../client/src/node.ts';
import { findSocketFile } from '../../src/profileFolder.ts';
import { modeOf, openProxies, type Proxies } from './proxies.ts';
import { ask, upgradeHeaders } from './surface.ts';

let proxies: Proxies;
beforeEach(async () => {
  proxies = await openProxies();
});
afterEach(() => proxies.close());

describe('the socket file', () => {
  it('lets programs talk to the chat and ask for addresses of the page', async () => {
    const proxy = await proxies.mustStart();
    const connected = await connectSocketFile(proxy.socketFile);
    if (!connected.ok) throw new Error(connected.error.message);
    const client = connected.value;
    expect(await client.request('setName', { name: 'Ada' })).toEqual({ ok: true, value: {} });
    const page = await client.request('getPageAddress', {});
    expect(page.ok && page.value.page).toMatch(/^http:\/\/otr-[0-9a-f]{16}\.localhost:\d+\/#code=[\w-]{43}$/);
    expect(page.ok && page.value.page).not.toBe(proxy.page);
    client.close();
  });

  it('is refused as `proxyUnreachable` where no proxy listens', async () => {
    const connected = await connectSocketFile(join(proxies.base, 'nobody.sock'));
    expect(connected.ok ? '' : connected.error.code).toBe('proxyUnreachable');
  });
  it('keeps proxies.folder and socket file to its user', async () => {
    await mkdir(proxies.folder, { mode: 0o755 });
    const proxy = await proxies.mustStart();
    expect(await modeOf(proxies.folder)).toBe(0o700);
    expect(await modeOf(proxy.socketFile)).toBe(0o600);
    expect(await modeOf(join(proxies.folder, 'place.json'))).toBe(0o600);
    expect(proxy.socketFile).toBe(join(proxies.folder, 'proxy.sock'));
    expect(await findSocketFile(proxies.folder)).toBe(proxy.socketFile);
  });

  it('puts the socket file into a short private proxies.folder when its own path is too long', async () => {
    const deep = join(proxies.base, 'a'.repeat(60), 'b'.repeat(60));
    const proxy = await proxies.mustStart({ profile: { folder: deep } });
    expect(await findSocketFile(deep)).toBe(proxy.socketFile);
    expect(await modeOf(dirname(proxy.socketFile))).toBe(0o700);
    const client = await connectSocketFile(proxy.socketFile);
    expect(client.ok).toBe(true);
    if (client.ok) client.value.close();
    await proxy.close();
    await expect(stat(dirname(proxy.socketFile))).rejects.toThrow('ENOENT');
  });

  it('refuses web pages, other hosts and everything but its socket path', async () => {
    const { socketFile } = await proxies.mustStart();
    const socketPath = '/socket.io/?EIO=4&transport=websocket';
    const cases: [path: string, headers: Record<string, string>, status: number][] = [
      [socketPath, upgradeHeaders('localhost', undefined), 101],
      [socketPath, upgradeHeaders('localhost', 'http://localhost'), 403],
      [socketPath, upgradeHeaders('localhost', 'null'), 403],
      [socketPath, upgradeHeaders('attacker.example', undefined), 421],
      ['/', upgradeHeaders('localhost', undefined), 404],
      ['/', { Host: 'localhost' }, 404],
      ['/socket.io/?EIO=4&transport=polling', { Host: 'localhost' }, 426],
    ];
    for (const [path, headers, status] of cases) {
      const reply = await ask(socketFile, { path, headers });
      expect([path, headers, reply.status]).toEqual([path, headers, status]);
    }
  });
});
