import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { Health } from '../src/health.ts';
import { createHttp } from '../src/http.ts';
import { silent } from '../src/log.ts';
import { afterTest } from './afterTest.ts';

const fine = { ping: async () => {} };
const healthy = { isHealthy: true };

async function serving(health: Health): Promise<string> {
  const { server } = createHttp({ health, log: silent });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterTest(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function got(url: string): Promise<[number, string]> {
  const answer = await fetch(url, { headers: { connection: 'close' } });
  return [answer.status, await answer.text()];
}

test('the address opened in a browser says what it is; all else is not found', async () => {
  const url = await serving(new Health(fine, healthy));
  expect(await got(url)).toEqual([200, expect.stringContaining('relay of otr-chatroom')]);
  expect((await got(`${url}/elsewhere`))[0]).toBe(404);
  expect((await got(`${url}/metrics`))[0]).toBe(404);
  expect((await fetch(url, { method: 'POST' })).status).toBe(404);
});

test('/healthz says that the process lives, /readyz that its store answers', async () => {
  const url = await serving(new Health(fine, healthy));
  expect(await got(`${url}/healthz`)).toEqual([200, 'ok\n']);
  expect(await got(`${url}/readyz`)).toEqual([200, 'ready\n']);
});

test('a store that fails makes it not ready, and alive all the same; it heals', async () => {
  let fails = true;
  const ping = async () => {
    if (fails) throw new Error('no connection to 192.0.2.7');
  };
  const url = await serving(new Health({ ping }, healthy));
  expect(await got(`${url}/readyz`)).toEqual([503, 'failing: storage\n']);
  expect(await got(`${url}/healthz`)).toEqual([200, 'ok\n']);
  fails = false;
  expect(await got(`${url}/readyz`)).toEqual([200, 'ready\n']);
});

test('without the fan-out between nodes it is ready, and says what it lacks', async () => {
  const url = await serving(new Health(fine, { isHealthy: false }));
  expect(await got(`${url}/readyz`)).toEqual([200, 'ready\ndegraded: redis\n']);
});

test('from the moment it drains it is not ready', async () => {
  const health = new Health(fine, healthy);
  const url = await serving(health);
  health.drain();
  expect(await got(`${url}/readyz`)).toEqual([503, 'draining\n']);
});

test('a store that does not answer in time fails; however many ask, it is asked once', async () => {
  vi.useFakeTimers();
  afterTest(() => vi.useRealTimers());
  const ping = vi.fn(() => new Promise<void>(() => {}));
  const health = new Health({ ping }, healthy);
  const asked = Promise.all([health.readiness(), health.readiness()]);
  await vi.advanceTimersByTimeAsync(2_000);
  const late = { isReady: false, lines: ['failing: storage'] };
  expect(await asked).toEqual([late, late]);
  expect(ping).toHaveBeenCalledTimes(1);
});
