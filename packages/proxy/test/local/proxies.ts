import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silent } from '../../src/log.ts';
import {
  type ProxyOptions,
  type ProxyParts,
  type RunningProxy,
  type Started,
  startProxyWith,
} from '../../src/proxy.ts';
import { type FakeChat, fakeChat } from './fakeChat.ts';
import { buildPage } from './surface.ts';

/** Proxies of one test, over fake chats, and the folder they live in. */
export async function openProxies(parts: Partial<ProxyParts> = {}) {
  const base = await mkdtemp(join(tmpdir(), 'otr-test-'));
  const folder = join(base, 'profile');
  const pageFolder = join(base, 'page');
  await buildPage(pageFolder);
  const chats: FakeChat[] = [];
  const running: RunningProxy[] = [];

  async function start(more: Partial<ProxyOptions> = {}): Promise<Started> {
    const fixed = {
      relayUrl: 'http://127.0.0.1:1',
      profile: { folder },
      pageFolder,
      log: silent,
      version: '0',
    };
    const openChat = async () => {
      const chat = fakeChat();
      chats.push(chat);
      return { ok: true as const, value: chat };
    };
    const started = await startProxyWith({ ...fixed, ...more }, { openChat, ...parts });
    if (started.ok) running.push(started.value);
    return started;
  }

  async function stopAll(): Promise<void> {
    for (const proxy of running.splice(0)) await proxy.close();
  }

  return {
    base,
    /** Of the profile; not yet made. */
    folder,
    chats,
    start,
    async mustStart(more: Partial<ProxyOptions> = {}): Promise<RunningProxy> {
      const started = await start(more);
      if (!started.ok) throw new Error(started.error.message);
      return started.value;
    },
    /** The code of the refusal, or `started`. */
    async refusal(more: Partial<ProxyOptions> = {}): Promise<string> {
      const started = await start(more);
      return started.ok ? 'started' : started.error.code;
    },
    stopAll,
    async close(): Promise<void> {
      await stopAll();
      await rm(base, { recursive: true, force: true });
    },
  };
}

export type Proxies = Awaited<ReturnType<typeof openProxies>>;

export async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}
