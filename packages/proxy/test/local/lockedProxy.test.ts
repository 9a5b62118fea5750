import { readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type LocalEvent, sessionPaths } from '@otr/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectSocketFile, type LocalClient } from '../../../client/src/node.ts';
import type { RunningProxy } from '../../src/proxy.ts';
import { cheap, fakeKeychain } from '../vault/vaults.ts';
import { openProxies, type Proxies } from './proxies.ts';
import { ask, codeOf as codeIn, outcome, pageSocket, respondTo } from './surface.ts';

const minute = 60_000;

let proxies: Proxies;
let keychain: ReturnType<typeof fakeKeychain>;
let clients: LocalClient[];
let time: number;
beforeEach(async () => {
  keychain = fakeKeychain();
  clients = [];
  time = Date.now();
  proxies = await openProxies({ vault: { cost: cheap, keychain }, now: () => time, idleCheckMs: 10 });
});
afterEach(async () => {
  for (const client of clients) client.close();
  await proxies.close();
});

/** A client of the proxy, and what it has been told. */
async function connect(proxy: RunningProxy) {
  const connected = await connectSocketFile(proxy.socketFile);
  if (!connected.ok) throw new Error(connected.error.message);
  const client = connected.value;
  clients.push(client);
  const told: LocalEvent[] = [];
  const waiting: (() => void)[] = [];
  client.onEvent((event) => {
    told.push(event);
    for (const wake of waiting.splice(0)) wake();
  });
  return {
    ...client,
    request: client.request,
    /** Forgets what has been told until now: an answer comes after all that was told before it. */
    async forget(): Promise<void> {
      await client.request('getVault', {});
      told.splice(0);
    },
    /** Resolves when so many events have come; their names, a `vault` with its state. */
    async heard(count: number): Promise<string[]> {
      while (told.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
      return told.map(({ event, data }) => (event === 'vault' ? `vault ${data.state} ${data.by}` : event));
    },
    async unlock(passphrase: string): Promise<string> {
      const answer = await client.request('unlock', { passphrase });
      return answer.ok ? 'open' : answer.error.code;
    },
  };
}

/** A page's connection, with the token that the code in the page's address is good for; not yet connected. */
async function pageOf(proxy: RunningProxy) {
  const { host, origin, port } = new URL(proxy.page);
  const post = async (path: string, body: object) => {
    const headers = { Host: host, Origin: origin, 'Content-Type': 'application/json' };
    return JSON.parse(
      (await ask(Number(port), { method: 'POST', path, headers, body: JSON.stringify(body) })).body,
    );
  };
  const { challenge } = await post(sessionPaths.challenge, {});
  const response = respondTo(codeIn(proxy.page), challenge);
  const { token } = await post(sessionPaths.token, { challenge, response });
  return pageSocket({ port: Number(port) }, { token });
}

const codeOf = (answer: { ok: true } | { ok: false; error: { code: string } }) =>
  answer.ok ? 'ok' : answer.error.code;

/** A proxy that was started again on a profile under the passphrase `pass`. */
async function startLocked(lockAfterMinutes = 0): Promise<RunningProxy> {
  const proxy = await proxies.mustStart();
  const client = await connect(proxy);
  const wanted = { by: 'passphrase', passphrase: 'pass', lockAfterMinutes } as const;
  expect(await client.request('protect', wanted)).toEqual({ ok: true, value: {} });
  client.close();
  await proxy.close();
  proxies.chats.splice(0);
  return await proxies.mustStart();
}

describe('a proxy on a profile under a passphrase', () => {
  it('starts locked: it serves its page, and tells nothing but that', async () => {
    const proxy = await startLocked();
    expect(proxy.vault).toEqual({ state: 'locked', by: 'passphrase', lockAfterMinutes: 0 });
    expect(proxies.chats).toHaveLength(0);
    const client = await connect(proxy);
    expect(await client.request('getVault', {})).toEqual({ ok: true, value: proxy.vault });
    expect(codeOf(await client.request('getPageAddress', {}))).toBe('ok');
    for (const answer of [
      await client.request('getStatus', {}),
      await client.request('setName', { name: 'Eve' }),
      await client.request('search', { text: 'secret', limit: 10 }),
      await client.request('lock', {}),
      await client.request('protect', { by: 'file', lockAfterMinutes: 0 }),
    ]) {
      expect(codeOf(answer)).toBe('locked');
    }
    expect(proxy.vault.by).toBe('passphrase');
  });

  it('is opened on its page, which knows no more than that before', async () => {
    const proxy = await startLocked();
    const socket = await pageOf(proxy);
    const told: unknown[] = [];
    socket.onAny((event: string, data: { state?: string }) => told.push([event, data.state]));
    expect(await outcome(socket)).toBe('connected');
    expect(await socket.emitWithAck('getStatus', {})).toMatchObject({ error: { code: 'locked' } });
    expect(await socket.emitWithAck('unlock', { passphrase: 'pass' })).toEqual({ ok: true, value: {} });
    await socket.emitWithAck('getVault', {});
    expect(told).toEqual([
      ['vault', 'locked'],
      ['vault', 'open'],
      ['snapshot', undefined],
    ]);
    socket.disconnect();
  });

  it('opens for everybody who is connected: first the vault, then the snapshot', async () => {
    const proxy = await startLocked();
    const [one, other] = [await connect(proxy), await connect(proxy)];
    await one.forget();
    await other.forget();
    const states: string[] = [];
    proxy.onVault(({ state }) => states.push(state));
    expect(await one.unlock('pass')).toBe('open');
    for (const client of [one, other]) {
      expect(await client.heard(2)).toEqual(['vault open passphrase', 'snapshot']);
    }
    expect(codeOf(await other.request('setName', { name: 'Ada' }))).toBe('ok');
    expect(proxies.chats).toHaveLength(1);
    // It is open already.
    expect(await other.unlock('anything')).toBe('open');
    const late = await connect(proxy);
    expect(codeOf(await late.request('getStatus', {}))).toBe('ok');
    expect(states).toEqual(['open']);
  });

  it('locks for everybody, and can be opened again', async () => {
    const proxy = await startLocked();
    const [one, other] = [await connect(proxy), await connect(proxy)];
    await one.unlock('pass');
    await other.forget();
    expect(codeOf(await one.request('lock', {}))).toBe('ok');
    expect(await other.heard(1)).toEqual(['vault locked passphrase']);
    expect(proxies.chats[0]?.closed).toBe(true);
    expect(codeOf(await other.request('getStatus', {}))).toBe('locked');
    // What the closed chat still says reaches nobody.
    proxies.chats[0]?.emit({ event: 'roomGone', data: { room: 'A'.repeat(22) } });

    expect(await other.unlock('pass')).toBe('open');
    expect(await other.heard(3)).toEqual(['vault locked passphrase', 'vault open passphrase', 'snapshot']);
    expect(proxies.chats).toHaveLength(2);
  });

  it('answers `locked` to what was under way when it was locked', async () => {
    const proxy = await startLocked();
    const client = await connect(proxy);
    await client.unlock('pass');
    const held = proxies.chats[0]?.holdAnswers();
    const asked = client.request('setName', { name: 'Ada' });
    await proxies.chats[0]?.whenAsked('setName');
    expect(codeOf(await client.request('lock', {}))).toBe('ok');
    held?.failAll();
    expect(codeOf(await asked)).toBe('locked');
  });

  it('does not hurry with wrong passphrases', async () => {
    const proxy = await startLocked();
    const client = await connect(proxy);
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
      expect(await client.unlock('wrong')).toBe('wrongPassphrase');
      expect(await client.request('unlock', { passphrase: 'pass' })).toMatchObject({
        error: { code: 'rateLimited', retryAfter: seconds * 1_000 },
      });
      time += seconds * 1_000;
    }
    expect(await client.unlock('pass')).toBe('open');
    // From the beginning again, for the passphrase that a change asks for too.
    const change = (current: string) =>
      client.request('protect', { by: 'file', current, lockAfterMinutes: 0 });
    expect(codeOf(await change('wrong'))).toBe('wrongPassphrase');
    expect(await change('pass')).toMatchObject({ error: { code: 'rateLimited', retryAfter: 1_000 } });
    time += 1_000;
    expect(codeOf(await change('pass'))).toBe('ok');
  });

  it('tries one passphrase at a time', async () => {
    const proxy = await startLocked();
    const client = await connect(proxy);
    const answers = await Promise.all(
      ['wrong', 'pass', 'pass'].map((passphrase) => client.unlock(passphrase)),
    );
    expect(answers).toEqual(['wrongPassphrase', 'rateLimited', 'rateLimited']);
  });

  it('takes the passphrase at the start, and refuses to start with a wrong one', async () => {
    await (await startLocked()).close();
    const wrong = Buffer.from('wrong');
    expect(await proxies.refusal({ passphrase: wrong })).toBe('wrongPassphrase');
    const right = Buffer.from('pass');
    const proxy = await proxies.mustStart({ passphrase: right });
    expect(proxy.vault.state).toBe('open');
    expect([String(wrong), String(right)]).toEqual(['\0\0\0\0\0', '\0\0\0\0']);
  });
});

describe('a profile that nobody uses', () => {
  it('locks itself after its time, counted from the last request', async () => {
    const proxy = await startLocked(10);
    const client = await connect(proxy);
    await client.unlock('pass');
    time += 9 * minute;
    expect(codeOf(await client.request('getStatus', {}))).toBe('ok');
    time += 9 * minute;
    expect(codeOf(await client.request('setName', { name: 'Ada' }))).toBe('ok');
    await client.forget();
    // To look at the lock is no use of the profile.
    time += 9 * minute;
    expect(codeOf(await client.request('getVault', {}))).toBe('ok');
    time += minute;
    expect(await client.heard(1)).toEqual(['vault locked passphrase']);
    expect(codeOf(await client.request('getStatus', {}))).toBe('locked');
  });

  it('stays open where no time is set', async () => {
    const proxy = await startLocked(0);
    const client = await connect(proxy);
    await client.unlock('pass');
    time += 365 * 24 * 60 * minute;
    await client.request('getVault', {});
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(proxy.vault.state).toBe('open');
  });
});

describe('a profile without a passphrase', () => {
  it('starts open, and opens after locking without one', async () => {
    const proxy = await proxies.mustStart();
    expect(proxy.vault).toEqual({ state: 'open', by: 'file', lockAfterMinutes: 0 });
    const client = await connect(proxy);
    expect(codeOf(await client.request('lock', {}))).toBe('ok');
    expect(proxy.vault.state).toBe('locked');
    expect(codeOf(await client.request('unlock', {}))).toBe('ok');
    expect(proxy.vault.state).toBe('open');
  });

  it('is told to everybody when it gets one, and asks for it from then on', async () => {
    const proxy = await proxies.mustStart();
    const [one, other] = [await connect(proxy), await connect(proxy)];
    await other.forget();
    const wanted = { by: 'passphrase', passphrase: 'pass', lockAfterMinutes: 30 } as const;
    expect(codeOf(await one.request('protect', wanted))).toBe('ok');
    expect(await other.heard(1)).toEqual(['vault open passphrase']);
    await one.request('lock', {});
    // To give none is no try.
    expect(codeOf(await one.request('unlock', {}))).toBe('wrongPassphrase');
    expect(await one.unlock('pass')).toBe('open');
    expect(proxy.vault.lockAfterMinutes).toBe(30);
  });

  it('waits for a keychain that is closed', async () => {
    const first = await proxies.mustStart();
    const wanted = { by: 'keychain', lockAfterMinutes: 0 } as const;
    expect(codeOf(await (await connect(first)).request('protect', wanted))).toBe('ok');
    await first.close();

    keychain.setClosed(true);
    const second = await proxies.mustStart();
    expect([second.vault.state, second.notices.join()]).toEqual([
      'locked',
      expect.stringMatching(/is locked/),
    ]);
    const client = await connect(second);
    expect(codeOf(await client.request('unlock', {}))).toBe('keychainUnavailable');
    keychain.setClosed(false);
    expect(codeOf(await client.request('unlock', {}))).toBe('ok');
  });
});

describe('a vault that cannot be used', () => {
  it('keeps the proxy from starting, with a sentence', async () => {
    await (await proxies.mustStart()).close();
    await writeFile(join(proxies.folder, 'vault.json'), '{}');
    const started = await proxies.start();
    expect(started).toMatchObject({ error: { code: 'profileUnusable', message: /vault.json is damaged/ } });
    expect(await readdir(proxies.folder)).toContain('master.key');
  });
});

describe('an ephemeral profile', () => {
  it('has no vault, and leaves no file', async () => {
    const proxy = await proxies.mustStart({ profile: 'ephemeral' });
    const client = await connect(proxy);
    const none = { state: 'open', by: 'none', lockAfterMinutes: 0 };
    expect(await client.request('getVault', {})).toEqual({ ok: true, value: none });
    const wanted = { by: 'passphrase', passphrase: 'pass', lockAfterMinutes: 0 } as const;
    expect(codeOf(await client.request('protect', wanted))).toBe('notAllowed');
    expect(codeOf(await client.request('lock', {}))).toBe('notAllowed');
    expect(codeOf(await client.request('setName', { name: 'Ada' }))).toBe('ok');
    expect(await readdir(dirname(proxy.socketFile))).toEqual(['proxy.sock']);
    await proxy.close();
    await expect(stat(dirname(proxy.socketFile))).rejects.toThrow('ENOENT');
    await expect(stat(proxies.folder)).rejects.toThrow('ENOENT');
  });
});
