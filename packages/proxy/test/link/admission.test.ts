import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { proxyParser } from '@otr/protocol/relayParser';
import { Server } from 'socket.io';
import { afterEach, expect, test } from 'vitest';
import { Relays } from '../../src/link/relays.ts';
import { silent } from '../../src/log.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A relay that admits who shows `token`, and remembers what was shown. */
async function privateRelay(token: string, code = 'notAdmitted') {
  const shown: unknown[] = [];
  const server = new Server(createServer(), { parser: proxyParser, transports: ['websocket'] });
  server.use((socket, next) => {
    shown.push(socket.handshake.auth['admission']);
    const refusal = Object.assign(new Error('no'), { data: { code, message: 'Send me your passphrase.' } });
    next(socket.handshake.auth['admission'] === token ? undefined : refusal);
  });
  server.on('connection', (socket) => socket.emit('challenge', { nonce: Buffer.alloc(32) }));
  const http = createServer();
  server.attach(http);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  endings.push(() => server.close());
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, shown };
}

/** The first status of the home relay that is not `connecting`. */
function settled(url: string, admission?: string, other?: string) {
  return new Promise<{ status: ReturnType<Relays['status']>; relays: Relays }>((resolve) => {
    const relays: Relays = new Relays(
      url,
      silent,
      () => relays.status().state !== 'connecting' && resolve({ status: relays.status(), relays }),
      { admission },
    );
    endings.push(() => relays.close());
    relays.link(url);
    if (other !== undefined) relays.link(other);
  });
}

const token = 'correct-horse-battery';

test('[A5] the token is shown to the relay for new rooms, which lets in who shows it', async () => {
  const relay = await privateRelay(token);
  expect((await settled(relay.url, token)).status).toEqual({ url: relay.url, state: 'online' });
  expect(relay.shown).toEqual([token]);
});

test.each([
  [undefined, 'asks for an admission token'],
  ['another-token-than-that', 'does not know your admission token'],
])('[A5] refused with the token %j, the person is told in our words what to do', async (admission, says) => {
  const relay = await privateRelay(token);
  const { status } = await settled(relay.url, admission);
  expect(status).toMatchObject({ state: 'offline', reason: expect.stringContaining(says) });
  expect(status.reason).toContain('--admission TOKEN');
  expect(status.reason).not.toContain('passphrase');
});

test('no other relay is shown the token', async () => {
  const [home, other] = [await privateRelay(token), await privateRelay('none at all')];
  const { relays } = await settled(home.url, token, other.url);
  while (other.shown.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(other.shown).toEqual([undefined]);
  relays.close();
});
