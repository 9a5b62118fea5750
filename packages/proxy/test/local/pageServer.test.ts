import type { Readable } from 'node:stream';
import type { LocalMessage } from '@otr/protocol';
import { Manager, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, openSurface, outcome, pageSocket, type Surface, tokenOf } from './surface.ts';

let surface: Surface;
beforeAll(async () => {
  surface = await openSurface();
});
afterAll(() => surface.server.close());

function read(path: string) {
  return ask(surface.port, { path, headers: { Host: surface.labelHost } });
}

describe('the page', () => {
  it('is served with its types and nothing else of the folder', async () => {
    expect(await read('/')).toMatchObject({ status: 200, body: '<!doctype html><title>otr</title>' });
    expect((await read('/page.js')).headers['content-type']).toBe('text/javascript; charset=utf-8');
    for (const path of [
      '/notes.secret',
      '/index.html',
      '/../page.js',
      '/%2e%2e/%2e%2e/etc/passwd',
      '//page.js',
      '/.',
    ]) {
      expect([path, (await read(path)).status]).toEqual([path, 404]);
    }
  });

  it('comes with every protective header, refusals too', async () => {
    const served = await read('/');
    const refused = await ask(surface.port, { path: '/', headers: { Host: 'attacker.example' } });
    for (const { headers } of [served, refused]) {
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
      });
      expect(headers['set-cookie']).toBeUndefined();
      expect(headers['access-control-allow-origin']).toBeUndefined();
      expect(headers['content-security-policy']).toMatch(/^default-src 'none';.*trusted-types 'none'$/);
    }
    expect(served.headers['content-security-policy']).toContain(
      `connect-src 'self' ws://${surface.labelHost};`,
    );
    expect(refused.headers['content-security-policy']).toContain("connect-src 'none';");
  });

  it('may use the camera and the clipboard, and no other power of the browser', async () => {
    const policy = String((await read('/')).headers['permissions-policy']).split(', ');
    const allowed = policy.filter((power) => !power.endsWith('=()'));
    expect(allowed).toEqual(['camera=(self)', 'clipboard-write=(self)']);
    expect(policy).toEqual(expect.arrayContaining(['microphone=()', 'display-capture=()', 'geolocation=()']));
  });

  it('has no other host with the label of another profile', async () => {
    const reply = await ask(surface.port, {
      headers: { Host: `otr-ffffffffffffffff.localhost:${surface.port}` },
    });
    expect(reply.status).toBe(421);
  });
});

describe('a page’s connection', () => {
  it('begins with the snapshot and hears events', async () => {
    const socket = pageSocket(surface, { token: await tokenOf(surface) });
    const snapshot = new Promise((resolve) => socket.once('snapshot', resolve));
    expect(await outcome(socket)).toBe('connected');
    expect(await snapshot).toEqual(surface.chat.snapshot());

    const relay = { url: 'http://127.0.0.1:1', state: 'online', queued: 2 } as const;
    const heard = new Promise((resolve) => socket.once('relay', resolve));
    surface.chat.emit({ event: 'relay', data: relay });
    expect(await heard).toEqual(relay);

    socket.disconnect();
  });

  it('[W2] [W4] gets answers, and errors as values', async () => {
    const socket = pageSocket(surface, { token: await tokenOf(surface) });
    expect(await outcome(socket)).toBe('connected');
    expect(await socket.emitWithAck('setName', { name: ' Ada ' })).toEqual({ ok: true, value: {} });
    expect(surface.chat.asked.at(-1)).toEqual({ event: 'setName', request: { name: 'Ada' } });
    const codeFor = async (event: string, data?: unknown) =>
      (await socket.emitWithAck(event, data)).error.code;
    expect(await codeFor('setName', { name: 7 })).toBe('badRequest');
    expect(await codeFor('setName')).toBe('badRequest');
    expect(await codeFor('noSuchThing', {})).toBe('unknownEvent');
    expect(await codeFor('constructor', {})).toBe('unknownEvent');
    expect(await codeFor('createRoom', { name: 'a bug' })).toBe('internal');
    expect(await codeFor('getPageAddress', {})).toBe('notAuthorised');
    socket.disconnect();
  });

  it('[W3] is closed by a frame above the limit, and the proxy lives on', async () => {
    const socket = pageSocket(surface, { token: await tokenOf(surface) });
    expect(await outcome(socket)).toBe('connected');
    const closed = new Promise((resolve) => socket.once('disconnect', resolve));
    socket.emit('setName', { name: 'x'.repeat(300_000) });
    await closed;
    expect((await read('/')).status).toBe(200);
  });

  it('is closed when it does not show a token in time', async () => {
    const hasty = await openSurface({ helloWithinMs: 50 });
    const origin = `http://${hasty.literalHost}`;
    const manager = new Manager(origin, {
      transports: ['websocket'],
      autoConnect: false,
      reconnection: false,
      extraHeaders: { Origin: origin },
    });
    const closed = new Promise((resolve) => manager.once('close', resolve));
    expect(await new Promise((resolve) => manager.open(resolve))).toBeUndefined();
    await closed;
    await hasty.server.close();
  });

  it('is cut off when it does not read, while one that reads hears everything', async () => {
    const token = await tokenOf(surface);
    const [idle, reader] = [pageSocket(surface, { token }), pageSocket(surface, { token })];
    expect([await outcome(idle), await outcome(reader)]).toEqual(['connected', 'connected']);
    const wire = idle.io.engine.transport as unknown as {
      ws: { _socket: { pause(): void; resume(): void } };
    };
    wire.ws._socket.pause();
    const data = {
      url: 'http://127.0.0.1:1',
      state: 'offline',
      queued: 0,
      reason: 'x'.repeat(2_000),
    } as const;
    for (let batch = 0; batch < 10; batch += 1) {
      const heard = hears(reader, 2_000);
      for (let event = 0; event < 2_000; event += 1) surface.chat.emit({ event: 'relay', data });
      await heard;
    }
    const cutOff = new Promise((resolve) => idle.once('disconnect', resolve));
    wire.ws._socket.resume();
    await cutOff;
    expect(reader.connected).toBe(true);
    reader.disconnect();
  });
});

function hears(socket: Socket, events: number): Promise<void> {
  return new Promise((resolve) => {
    let left = events;
    const hear = () => {
      left -= 1;
      if (left > 0) return;
      socket.off('relay', hear);
      resolve();
    };
    socket.on('relay', hear);
  });
}

describe('a client that does not read', () => {
  it('is cut off before a few long messages that wait for it fill the memory', async () => {
    const alone = await openSurface();
    const auth = { token: await tokenOf(alone) };
    const [idle, reader] = [pageSocket(alone, auth), pageSocket(alone, auth)];
    expect([await outcome(idle), await outcome(reader)]).toEqual(['connected', 'connected']);
    pause(idle);
    const rows = Array.from({ length: 16 }, () => ({ text: 'x'.repeat(64 * 1024) }));
    const data = { room: 'A'.repeat(22), rows } as unknown as LocalMessage<'rows'>;
    for (let sent = 0; sent < 64; sent += 1) {
      const heard = new Promise((resolve) => reader.once('rows', resolve));
      alone.chat.emit({ event: 'rows', data });
      await heard;
    }
    expect(alone.cutOff()).toBe(1);
    reader.disconnect();
    idle.disconnect();
    await alone.server.close();
  });

  it('does not keep the proxy from stopping', async () => {
    const alone = await openSurface();
    const idle = pageSocket(alone, { token: await tokenOf(alone) });
    expect(await outcome(idle)).toBe('connected');
    pause(idle);
    const started = performance.now();
    await alone.server.close();
    // The WebSocket's own closing handshake waits for half a minute.
    expect(performance.now() - started).toBeLessThan(20_000);
    idle.disconnect();
  });
});

function pause(socket: Socket): void {
  const engine = socket.io.engine as unknown as { transport: { ws: { _socket: Readable } } };
  engine.transport.ws._socket.pause();
}
