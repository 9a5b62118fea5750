import { EventEmitter } from 'node:events';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSurface, type Surface } from '../../proxy/test/local/surface.ts';
import type { Connection, LocalClient } from '../src/localClient.ts';
import { connectPageOver, type PageWindow } from '../src/page.ts';

let surface: Surface;
const clients: LocalClient[] = [];

beforeEach(async () => {
  surface = await openSurface();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await surface.server.close();
});

/** One browser's storage, shared by its tabs. */
function browser() {
  const stored = new Map<string, string>();
  const tabs = new Set<EventEmitter>();

  function tab(address: string) {
    // Node resolves no names under .localhost; the literal is a host like any other.
    const url = new URL(address);
    const origin = `http://127.0.0.1:${surface.port}`;
    const events = new EventEmitter();
    tabs.add(events);
    const window: PageWindow & { readonly shown: string; go(hash: string): void } = {
      location: {
        origin,
        pathname: '/',
        get hash() {
          return url.hash;
        },
      },
      history: {
        replaceState(_state, _unused, to) {
          url.hash = new URL(to, origin).hash;
        },
      },
      localStorage: {
        getItem: (key) => stored.get(key) ?? null,
        setItem(key, value) {
          stored.set(key, value);
          for (const other of tabs) if (other !== events) other.emit('storage');
        },
        removeItem: (key) => stored.delete(key),
      },
      fetch: (path, init) => fetch(origin + path, { ...init, headers: { ...init.headers, origin } }),
      addEventListener: (event, listener) => void events.on(event, listener),
      removeEventListener: (event, listener) => void events.off(event, listener),
      get shown() {
        return url.hash;
      },
      go(hash) {
        url.hash = hash;
        events.emit('hashchange');
      },
    };
    const client = connectPageOver(window, (auth) =>
      io(origin, {
        transports: ['websocket'],
        autoConnect: false,
        forceNew: true,
        reconnectionDelay: 10,
        auth,
        extraHeaders: { Origin: origin },
      }),
    );
    clients.push(client);
    return { client, window };
  }
  return { tab, stored };
}

function becomes(client: LocalClient, wanted: Connection): Promise<void> {
  return new Promise((resolve) => {
    if (client.connection === wanted) resolve();
    client.onConnection((connection) => connection === wanted && resolve());
  });
}

const address = () => surface.server.address('literal');

describe('a page', () => {
  it('gets in by the code of its address, which is then no longer shown', async () => {
    const { client, window } = browser().tab(`${address()}&room=tea`);
    expect(window.shown).toBe('#room=tea');
    await becomes(client, 'online');
    expect(await client.request('setName', { name: 'Ada' })).toEqual({ ok: true, value: {} });
  });

  it('hears the snapshot and the events', async () => {
    const { client } = browser().tab(address());
    const snapshot = await new Promise((resolve) => client.on('snapshot', resolve));
    expect(snapshot).toEqual(surface.chat.snapshot());
    const heard = new Promise((resolve) => client.onEvent(resolve));
    const profile = { name: 'Eve', ephemeral: true, tellRead: false, tellTyping: true };
    surface.chat.emit({ event: 'profile', data: profile });
    expect(await heard).toEqual({ event: 'profile', data: profile });
  });

  it('comes back without a code in the same browser, in another it does not', async () => {
    const first = browser();
    await becomes(first.tab(address()).client, 'online');
    await becomes(first.tab('http://page/').client, 'online');
    await becomes(browser().tab('http://page/').client, 'needsCode');
  });

  it('needs a fresh address when its code was used, and takes one in the same tab', async () => {
    const used = address();
    await becomes(browser().tab(used).client, 'online');
    const { client, window } = browser().tab(used);
    await becomes(client, 'needsCode');
    window.go(new URL(address()).hash);
    await becomes(client, 'online');
    expect(window.shown).toBe('');
  });

  it('needs a fresh address after the proxy restarted, and one opened in another tab is enough', async () => {
    const own = browser();
    own.stored.set('otr.token', 'A'.repeat(43));
    const { client } = own.tab('http://page/');
    await becomes(client, 'needsCode');
    expect(own.stored.size).toBe(0);
    await becomes(own.tab(address()).client, 'online');
    await becomes(client, 'online');
  });

  it('answers requests with errors as values', async () => {
    const { client } = browser().tab(address());
    const codeOf = async (answer: ReturnType<LocalClient['request']>) => {
      const result = await answer;
      return result.ok ? 'ok' : result.error.code;
    };
    expect(await codeOf(client.request('setName', { name: 'Ada' }))).toBe('proxyUnreachable');
    await becomes(client, 'online');
    expect(await codeOf(client.request('setName', { name: '' }))).toBe('badRequest');
    expect(await codeOf(client.request('invite', { room: 'A'.repeat(22) }))).toBe('roomNotFound');
    const draft = { room: 'A'.repeat(22), text: '\u0001'.repeat(60_000) };
    expect(await codeOf(client.request('setDraft', draft))).toBe('tooLarge');
    const inFlight = codeOf(client.request('leaveRoom', { room: 'A'.repeat(22) }));
    client.close();
    expect(await inFlight).toBe('proxyUnreachable');
  });
});
