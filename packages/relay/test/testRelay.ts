import { type Relay, type RelayOptions, startRelay } from '../src/index.ts';
import { afterTest } from './afterTest.ts';
import { TestClient } from './testClient.ts';

export { afterTest, dataFolder } from './afterTest.ts';

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
