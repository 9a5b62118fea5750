import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  isMissing,
  type PostgresService,
  startPostgres,
  startRedis,
  type UrlService,
} from '../../../tests/services.ts';
import { testClient, testRelay } from './testRelay.ts';
import { testRoom } from './testRoom.ts';

async function readiness(relay: { url: string }): Promise<string> {
  const answer = await fetch(`${relay.url}/readyz`, { headers: { connection: 'close' } });
  return `${answer.status} ${(await answer.text()).trimEnd().replace('\n', ', ')}`;
}

/** Asks until it says so; the test's own time limit is the end of patience. */
async function untilIt(relay: { url: string }, says: string): Promise<void> {
  while ((await readiness(relay)) !== says) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe.skipIf(isMissing('PostgreSQL') || isMissing('Redis'))('a relay on PostgreSQL and Redis', () => {
  let postgres: PostgresService;
  let redis: UrlService;
  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  });
  afterAll(() => Promise.all([postgres.stop(), redis.stop()]));

  test('says at /readyz what it lacks, and heals', { timeout: 90_000 }, async () => {
    const relay = await testRelay({ database: await postgres.createDatabase(), redis: redis.url });
    await untilIt(relay, '200 ready');
    const room = testRoom();
    const client = await testClient(relay);
    await client.create(room);
    await client.enter(room);

    await redis.kill();
    await untilIt(relay, '200 ready, degraded: redis');
    await client.done('append', client.message(room, 0));
    await redis.start();
    await untilIt(relay, '200 ready');

    await postgres.kill();
    await untilIt(relay, '503 failing: storage');
    const request = client.message(room, 0);
    expect((await client.refused('append', request)).code).toBe('storageFailed');
    expect(await (await fetch(`${relay.url}/healthz`)).text()).toBe('ok\n');
    await postgres.start();
    await untilIt(relay, '200 ready');
    expect(await client.done('append', request)).toEqual({ seq: 2 });
  });
});
