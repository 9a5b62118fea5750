import { once } from 'node:events';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { guardUpgrades } from '../src/upgrades.ts';
import { outcomeOf, testSocket, testSocketServer } from './testSocketServer.ts';

/** The status that a WebSocket upgrade is answered with. */
async function upgradeStatus(url: string): Promise<number | undefined> {
  const asked = request(`${url}/socket.io/?EIO=4&transport=websocket`, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    },
  });
  asked.end();
  const upgraded = once(asked, 'upgrade').then(([answer, socket]) => {
    socket.destroy();
    return answer;
  });
  const [answer] = await Promise.race([once(asked, 'response'), upgraded.then((one) => [one])]);
  return answer.statusCode;
}

function limited(maxConnections: number) {
  const state = { isDraining: false, refused: 0 };
  const rules = {
    maxConnections,
    isDraining: () => state.isDraining,
    refused: () => {
      state.refused += 1;
    },
  };
  return testSocketServer((_io, http) => guardUpgrades(http, rules)).then((server) => ({ ...server, state }));
}

test('beyond the limit an upgrade is answered 503; a connection that ends makes place', async () => {
  const { url, state, io } = await limited(2);
  const [one, two] = [testSocket(url), testSocket(url)];
  expect(await Promise.all([outcomeOf(one), outcomeOf(two)])).toEqual(['connected', 'connected']);
  expect(await upgradeStatus(url)).toBe(503);
  expect(await outcomeOf(testSocket(url))).toBe('failed');
  expect(state.refused).toBe(2);
  const gone = new Promise((resolve) =>
    io.sockets.sockets.values().next().value?.conn.once('close', resolve),
  );
  one.disconnect();
  two.disconnect();
  await gone;
  expect(await outcomeOf(testSocket(url))).toBe('connected');
});

test('a page of text is served beyond the limit', async () => {
  const { url } = await limited(0);
  expect(await upgradeStatus(url)).toBe(503);
  expect(await (await fetch(url)).text()).toBe('page');
});

test('while the relay drains every upgrade is answered 503', async () => {
  const { url, state } = await limited(10);
  expect(await upgradeStatus(url)).toBe(101);
  state.isDraining = true;
  expect(await upgradeStatus(url)).toBe(503);
});
