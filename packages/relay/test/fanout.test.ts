import { afterAll, beforeAll, describe } from 'vitest';
import { isMissing, startRedis, type UrlService } from '../../../tests/services.ts';
import { inProcessBus, inProcessFanout } from '../src/fanout/inProcess.ts';
import { defaultRedisTimes, openRedis } from '../src/fanout/redis.ts';
import { silent } from '../src/log.ts';
import { fanoutContract } from './fanoutContract.ts';

const bus = inProcessBus();
fanoutContract('in process', async () => inProcessFanout(bus));

describe.skipIf(isMissing('Redis'))('with Redis', () => {
  let redis: UrlService;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  // A busy machine may take long to answer.
  const times = { ...defaultRedisTimes, answerWithinMs: 20_000 };
  fanoutContract('Redis', () => openRedis(redis.url, silent, times));
});
