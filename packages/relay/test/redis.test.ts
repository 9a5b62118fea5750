import { randomBytes } from 'node:crypto';
import { createClient } from '@redis/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isMissing, startRedis, type UrlService } from '../../../tests/services.ts';
import { openRedis, type RedisTimes } from '../src/fanout/redis.ts';
import type { Log } from '../src/log.ts';
import { afterTest } from './afterTest.ts';
import { packedMessage } from './arbitraryRoomEvent.ts';
import { eventsOf, flushed, growth, type TestNode, testNode } from './fanoutContract.ts';

const quick: RedisTimes = {
  beatMs: 60_000,
  answerWithinMs: 20_000,
  retryMs: { first: 10, longest: 100 },
};

/** For tests of the beats: a busy machine may be late for them. */
const beating: RedisTimes = { ...quick, beatMs: 50 };

type LogLine = Parameters<Log>;

describe.skipIf(isMissing('Redis'))('the fan-out over Redis', () => {
  let redis: UrlService;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  async function openNode({ url = redis.url, times = quick } = {}): Promise<TestNode & { log: LogLine[] }> {
    const log: LogLine[] = [];
    const fanout = await openRedis(url, (...line) => log.push(line), times);
    afterTest(() => fanout.close());
    return { ...testNode(fanout), log };
  }

  const healthy = (node: TestNode, is: boolean) =>
    expect.poll(() => node.fanout.isHealthy, { timeout: 15_000, interval: 5 }).toBe(is);

  /** A client that is no relay. */
  async function stranger() {
    const client = createClient({ url: redis.url });
    client.on('error', () => {});
    await client.connect();
    afterTest(() => client.destroy());
    return client;
  }

  test('kill -9 of Redis is noticed and outlived', async () => {
    const [a, b] = [await openNode(), await openNode()];
    const [before, during] = [randomBytes(16), randomBytes(16)];
    await b.fanout.join(before);
    await redis.kill();
    await Promise.all([healthy(a, false), healthy(b, false)]);
    a.fanout.publish(growth(before, 1));
    await b.fanout.join(during);
    await redis.start();
    await Promise.all([healthy(a, true), healthy(b, true)]);
    a.fanout.publish(growth(before, 2));
    a.fanout.publish(growth(during, 2));
    await b.until(() => eventsOf(b, during).length > 0);
    expect(eventsOf(b, before)).toEqual([growth(before, 2)]);
    expect(a.log.map(([event]) => event)).toEqual(['redisLost', 'redisBack']);
  });

  test('a server that is not there at the start is waited for', async () => {
    await redis.kill();
    const node = await openNode();
    expect(node.fanout.isHealthy).toBe(false);
    node.fanout.publish(growth(randomBytes(16), 1));
    await node.fanout.join(randomBytes(16));
    await redis.start();
    await healthy(node, true);
    expect(node.log).toEqual([['redisLost', { reason: 'ECONNREFUSED' }], ['redisBack']]);
  });

  test('a server that is there but does not answer is lost, and found again', async () => {
    const node = await openNode({ times: { ...quick, answerWithinMs: 300 } });
    const client = await stranger();
    await client.sendCommand(['CLIENT', 'PAUSE', '1000', 'ALL']);
    await node.fanout.join(randomBytes(16));
    expect(node.fanout.isHealthy).toBe(false);
    await healthy(node, true);
    expect(node.log).toEqual([['redisLost', { reason: 'timeout' }], ['redisBack']]);
  });

  test('a server that brings nothing back is lost, though nothing is asked of it', async () => {
    const node = await openNode({ times: beating });
    const client = await stranger();
    await client.sendCommand(['CLIENT', 'PAUSE', '1000', 'ALL']);
    await healthy(node, false);
    expect(node.log[0]).toEqual(['redisLost', { reason: 'silent' }]);
  });

  test('no more than some megabytes wait for a server that does not take them', async () => {
    const [a, b] = [await openNode(), await openNode()];
    const room = randomBytes(16);
    await b.fanout.join(room);
    const client = await stranger();
    await client.sendCommand(['CLIENT', 'PAUSE', '500', 'ALL']);
    const body = randomBytes(1_000_000);
    for (let seq = 1; seq <= 100; seq += 1) {
      const packed = [packedMessage(seq, body)];
      a.fanout.publish({ kind: 'entries', room, first: seq, last: seq, packed });
    }
    await b.until(() => eventsOf(b, room).length === 8);
    await flushed(a, b);
    expect(eventsOf(b, room)).toHaveLength(8);
    expect(a.fanout.isHealthy).toBe(true);
  });

  test('what is no event of a relay is dropped, and said once', async () => {
    const [a, b] = [await openNode(), await openNode()];
    const room = randomBytes(16);
    await b.fanout.join(room);
    const client = await stranger();
    const channel = `otr:room:${room.toString('base64url')}`;
    const head = Buffer.concat([Buffer.of(1), randomBytes(12)]);
    const bodies = [Buffer.of(0), Buffer.of(1, 2, 3), Buffer.of(200), randomBytes(1_000)];
    for (const garbage of [Buffer.of(), Buffer.of(1), randomBytes(13), Buffer.of(9), ...bodies]) {
      await client.publish(channel, garbage);
      await client.publish(channel, Buffer.concat([head, garbage]));
    }
    a.fanout.publish(growth(room, 1));
    await b.until(() => b.heard.length > 0);
    expect(b.heard).toEqual([growth(room, 1)]);
    expect(b.log.map(([event]) => event)).toEqual(['fanoutMalformed', 'fanoutMalformed']);
    expect(b.log[0]).toEqual(['fanoutMalformed', { messages: 1 }]);
  });

  test('rooms that were left are left on the server too', async () => {
    const node = await openNode();
    const client = await stranger();
    const rooms = Array.from({ length: 50 }, () => randomBytes(16));
    await Promise.all(rooms.map((room) => node.fanout.join(room)));
    expect(await client.pubSubChannels('otr:room:*')).toHaveLength(rooms.length);
    for (const room of rooms) {
      node.fanout.leave(room);
      void node.fanout.join(room);
      node.fanout.leave(room);
    }
    await expect.poll(() => client.pubSubChannels('otr:room:*'), { timeout: 15_000 }).toEqual([]);
  });

  test('a fault of the listener is logged and ends nothing', async () => {
    const [a, b] = [await openNode(), await openNode()];
    const room = randomBytes(16);
    await b.fanout.join(room);
    b.fanout.onEvent(() => {
      throw new TypeError('a bug');
    });
    a.fanout.publish(growth(room, 1));
    await expect.poll(() => b.log.map(([event]) => event)).toEqual(['internalError']);
    expect(b.fanout.isHealthy).toBe(true);
  });

  test('the log names neither the server nor its password', async () => {
    const { port } = redis;
    const wrong = await openNode({ url: `redis://somebody:a-secret@127.0.0.1:${port}` });
    expect(wrong.log).toEqual([['redisLost', { reason: 'WRONGPASS' }]]);
    expect(wrong.fanout.isHealthy).toBe(false);
  });

  test('what is no address of Redis is refused', async () => {
    for (const url of [
      'localhost:6379',
      'http://localhost',
      'redis://localhost/name',
      'redis://a:%ff@localhost',
      '',
    ]) {
      await expect(openNode({ url }), url).rejects.toMatchObject({ code: 'redisUnusable' });
    }
  });
});
