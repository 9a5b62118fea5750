import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openProxies, type Proxies } from '../../proxy/test/local/proxies.ts';
import { connectSocketFile, type LocalClient } from '../src/node.ts';
import { createStore } from '../src/store.ts';
import { message, room } from './rows.ts';

let proxies: Proxies;
let client: LocalClient;
let socketFile: string;

beforeEach(async () => {
  proxies = await openProxies();
  ({ socketFile } = await proxies.mustStart());
  const connected = await connectSocketFile(socketFile);
  if (!connected.ok) throw new Error(connected.error.message);
  client = connected.value;
});
afterEach(async () => {
  client.close();
  await proxies.close();
});

describe('a program on the socket file', () => {
  it('hears rows and answers, as a bot does', async () => {
    const heard = new Promise<string>((resolve) => {
      client.on('rows', ({ rows }) => {
        for (const row of rows) if (row.kind === 'message') resolve(row.text);
      });
    });
    proxies.chats[0]?.emit({ event: 'rows', data: { room, rows: [message(7, { from: 'B'.repeat(43) })] } });
    expect(await heard).toBe('text 7');
    const id = 'A'.repeat(22);
    await client.request('sendMessage', { room, id, text: 'pong' });
    expect(proxies.chats[0]?.asked).toEqual([{ event: 'sendMessage', request: { room, id, text: 'pong' } }]);
  });

  it('fills a store that is made after it connected', async () => {
    const store = createStore(client);
    await new Promise<void>((resolve) => store.subscribe(() => store.getSnapshot().version && resolve()));
    expect(store.getSnapshot()).toMatchObject({ connection: 'online', profile: { name: 'Ada' } });
  });

  it('comes back by itself when the proxy has been restarted', async () => {
    const states: string[] = [];
    const back = new Promise((resolve) => client.on('snapshot', resolve));
    client.onConnection((connection) => states.push(connection));
    await proxies.stopAll();
    await proxies.mustStart();
    await back;
    expect([states[0], client.connection]).toEqual(['offline', 'online']);
  });

  it.each([
    [1, true],
    [2, true],
    [3, false],
  ])(
    'asks a proxy that is too busy for the first %i tries again, but not for ever',
    async (lost, answered) => {
      const busy = await busyProxy(socketFile, lost);
      const connected = await connectSocketFile(busy.socketFile);
      expect(connected.ok).toBe(answered);
      if (connected.ok) connected.value.close();
      expect(busy.tries()).toBe(Math.min(lost + 1, 3));
      await busy.close();
    },
  );
});

/** Leads to the proxy, but for the first so many connections, which it drops. */
async function busyProxy(proxy: string, lost: number) {
  const place = join(proxies.base, 'busy.sock');
  let tries = 0;
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    tries += 1;
    if (tries <= lost) return void socket.destroy();
    const inner = connect(proxy);
    inner.on('error', () => socket.destroy());
    socket.pipe(inner).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(place, resolve));
  return {
    socketFile: place,
    tries: () => tries,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
