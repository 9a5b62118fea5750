import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunningProxy } from '../../src/proxy.ts';
import { modeOf, openProxies, type Proxies } from './proxies.ts';

let proxies: Proxies;
beforeEach(async () => {
  proxies = await openProxies();
});
afterEach(() => proxies.close());

const isOurs = (host: string) =>
  Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === host));
const originOf = (proxy: RunningProxy) => new URL(proxy.page).origin;

describe('a proxy', () => {
  it('binds loopback literals only and says why', async () => {
    for (const host of [
      '0.0.0.0',
      '::',
      'localhost',
      '192.168.1.2',
      '128.0.0.1',
      '127.0.0.1.example',
      '127.1',
      '',
    ]) {
      expect([host, await proxies.refusal({ host })]).toEqual([host, 'notLoopback']);
    }
    const started = await proxies.start({ host: '0.0.0.0' });
    expect(started.ok ? '' : started.error.message).toMatch(/holds your keys/);
    const proxy = await proxies.mustStart({ host: '127.0.0.9' });
    expect(originOf(proxy)).toMatch(/^http:\/\/127\.0\.0\.9:\d+$/);
  });

  it('refuses what it cannot work with', async () => {
    expect(await proxies.refusal({ relayUrl: 'relay.example' })).toBe('badRelay');
    expect(await proxies.refusal({ pageFolder: proxies.base })).toBe('pageMissing');
    await writeFile(join(proxies.base, 'file'), '');
    expect(await proxies.refusal({ profile: { folder: join(proxies.base, 'file') } })).toBe(
      'profileUnusable',
    );
  });

  it('keeps label and port of its profile', async () => {
    const first = await proxies.mustStart();
    const origin = originOf(first);
    expect(origin).toMatch(/^http:\/\/otr-[0-9a-f]{16}\.localhost:\d+$/);
    await first.close();
    const second = await proxies.mustStart();
    expect(originOf(second)).toBe(origin);
    expect(second.page).not.toBe(first.page);
    expect(second.pageAddress('literal')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#code=[\w-]{43}$/);
    expect(second.notices).toEqual([]);
  });

  it.each(['127.0.0.1', '::1'].filter(isOurs))(
    'never uses a port that is occupied on %s, says so and keeps the new one',
    async (host) => {
      const first = await proxies.mustStart();
      const port = Number(new URL(first.page).port);
      await first.close();
      const squatter = createServer().listen({ host, port });
      await once(squatter, 'listening');

      const second = await proxies.mustStart();
      expect(new URL(second.page).port).not.toBe(String(port));
      expect(new URL(second.page).hostname).toBe(new URL(first.page).hostname);
      expect(second.notices.join()).toContain(`Port ${port} is in use`);
      await second.close();
      squatter.close();
      await once(squatter, 'close');
      expect(originOf(await proxies.mustStart())).toBe(originOf(second));
    },
  );

  it('is the only one on its profile', async () => {
    await proxies.mustStart();
    const second = await proxies.start();
    expect(second.ok ? '' : second.error.code).toBe('profileInUse');
    expect(second.ok ? '' : second.error.message).toContain(proxies.folder);
    expect(proxies.chats).toHaveLength(1);
  });

  it('is not kept out by one that was killed, and keeps another process out', async () => {
    await mkdir(proxies.folder);
    const holder = spawn(process.execPath, [join(import.meta.dirname, 'holdLock.ts'), proxies.folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    expect(String((await once(holder.stdout, 'data'))[0])).toBe('held');
    expect(await proxies.refusal()).toBe('profileInUse');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await writeFile(join(proxies.folder, 'proxy.sock'), 'left behind');
    await proxies.mustStart();
  });

  it('leaves nothing of an ephemeral profile', async () => {
    const proxy = await proxies.mustStart({ profile: 'ephemeral' });
    expect(await modeOf(dirname(proxy.socketFile))).toBe(0o700);
    await proxy.close();
    await expect(stat(dirname(proxy.socketFile))).rejects.toThrow('ENOENT');
    expect(proxies.chats[0]?.closed).toBe(true);
  });

  it('draws a new place when the file of the old one is damaged', async () => {
    const first = await proxies.mustStart();
    const origin = originOf(first);
    await first.close();
    await writeFile(
      join(proxies.folder, 'place.json'),
      (await readFile(join(proxies.folder, 'place.json'), 'utf8')).slice(0, 20),
    );
    expect(originOf(await proxies.mustStart())).not.toBe(origin);
  });
});
