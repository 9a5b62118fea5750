import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { type Relay, type RelayOptions, startRelay } from '../src/index.ts';
import { TestClient } from './testClient.ts';

const cleanups: (() => unknown)[] = [];

/** Runs after the test, last first. */
export function afterTest(run: () => unknown): void {
  cleanups.push(run);
}

afterEach(async () => {
  for (const run of cleanups.splice(0).reverse()) await run();
});

/** A data folder that goes with the test. */
export function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'otr-relay-'));
  afterTest(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A relay on a free port that goes with the test; in memory unless told otherwise. */
export async function testRelay(options: Partial<RelayOptions> = {}): Promise<Relay> {
  const relay = await startRelay({ host: '127.0.0.1', port: 0, data: ':memory:', ...options });
  afterTest(() => relay.close());
  return relay;
}

export async function testClient(relay: { url: string }): Promise<TestClient> {
  const client = await TestClient.connect(relay.url);
  afterTest(() => client.close());
  return client;
}
