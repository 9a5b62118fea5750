import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Metrics } from '../src/metrics.ts';
import { startMetricsServer } from '../src/metricsServer.ts';
import { StartRefused } from '../src/startRefused.ts';
import { afterTest } from './afterTest.ts';

const sources = { connections: () => 3, rooms: () => 2, isFanoutHealthy: () => true };

async function scraped(metrics: Metrics): Promise<string> {
  const read = await scraping(metrics);
  return await read();
}

async function scraping(metrics: Metrics): Promise<() => Promise<string>> {
  const server = await startMetricsServer(metrics, sources, { host: '127.0.0.1', port: 0 });
  afterTest(() => server.close());
  return async () => await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
}

test('Prometheus is told what was counted', async () => {
  const metrics = new Metrics();
  metrics.count('entriesDelivered', 100);
  metrics.count('slowReadersCut');
  metrics.refused('rateLimited');
  metrics.refused('rateLimited');
  const read = await scraping(metrics);
  metrics.batch([{ outcome: 'appended' }, { outcome: 'appended' }, { outcome: 'refused' }], 0.003);
  const text = await read();
  expect(text).toContain('otr_relay_entries_delivered_total 100\n');
  expect(text).toContain('otr_relay_slow_readers_cut_total 1\n');
  expect(text).toContain('otr_relay_refusals_total{code="rateLimited"} 2\n');
  expect(text).toContain('otr_relay_refusals_total{code="epochConflict"} 0\n');
  expect(text).toContain('otr_relay_writes_total{outcome="appended"} 2\n');
  expect(text).toContain('otr_relay_batch_writes_bucket{le="5"} 1\n');
  expect(text).toContain('otr_relay_batch_seconds_sum 0.003\n');
  expect(text).toContain('otr_relay_connections 3\n');
  expect(text).toContain('otr_relay_rooms 2\n');
  expect(text).toContain('otr_relay_fanout_healthy 1\n');
  expect(text).toContain('process_resident_memory_bytes');
});

test('counters stay what they are when they are read again', async () => {
  const metrics = new Metrics();
  metrics.count('fetches');
  const read = await scraping(metrics);
  expect(await read()).toContain('otr_relay_fetches_total 1\n');
  expect(await read()).toContain('otr_relay_fetches_total 1\n');
});

test('no label can hold a room or a person: each has few values, known beforehand', async () => {
  const text = await scraped(new Metrics());
  const labels = new Set([...text.matchAll(/^otr_relay_\w+\{(\w+)=/gm)].map(([, label]) => label));
  expect([...labels].sort()).toEqual(['code', 'le', 'outcome']);
});

test('the guide names metrics that are there', async () => {
  const guide = readFileSync(new URL('../../../docs/guide/hosting.md', import.meta.url), 'utf8');
  const named = new Set([...guide.matchAll(/otr_relay_\w+/g)].map(([name]) => name));
  expect(named.size).toBeGreaterThan(4);
  const text = await scraped(new Metrics());
  expect([...named].filter((name) => !new RegExp(`^${name}[ {]`, 'm').test(text))).toEqual([]);
});

test('two relays in one process count apart', async () => {
  const [one, other] = [new Metrics(), new Metrics()];
  one.count('fetches');
  one.batch([{ outcome: 'appended' }], 0.001);
  const text = await scraped(other);
  expect(text).toContain('otr_relay_fetches_total 0\n');
  expect(text).toContain('otr_relay_batch_writes_count 0\n');
});

test('an occupied port is refused with a sentence', async () => {
  const metrics = new Metrics();
  const first = await startMetricsServer(metrics, sources, { host: '127.0.0.1', port: 0 });
  afterTest(() => first.close());
  await expect(startMetricsServer(metrics, sources, { host: '127.0.0.1', port: first.port })).rejects.toThrow(
    StartRefused,
  );
  expect((await fetch(`http://127.0.0.1:${first.port}/`)).status).toBe(404);
});
