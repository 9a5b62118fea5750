import { defaultLimits } from '@otr/relay';
import { afterEach, expect, it } from 'vitest';
import { inProcessFanout } from '../../../packages/relay/src/fanout/inProcess.ts';
import { startOn } from '../../../packages/relay/src/server.ts';
import { openSqlite } from '../../../packages/relay/src/storage/sqlite/open.ts';
import { isMissing } from '../../services.ts';
import { seededRandom, seedOfThisRun } from '../seededRandom.ts';
import { check } from './checker.ts';
import { startTwoNodes } from './cluster.ts';
import { race } from './race.ts';
import { withoutCompareAndSwap } from './withoutCompareAndSwap.ts';

const seed = seedOfThisRun();
const rooms = 4;
const epochsPerRoom = 75;

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

it.skipIf(isMissing('PostgreSQL') || isMissing('Redis'))(
  '[L8] [L3] [L9] of the commits that race for an epoch from two nodes exactly one is appended',
  async () => {
    const cluster = await startTwoNodes();
    open.push(() => cluster.stop());
    console.log(`seed ${seed}: ${rooms * epochsPerRoom} races`);
    const histories = await Promise.all(
      Array.from({ length: rooms }, (_, index) =>
        race(cluster.urls, epochsPerRoom, seededRandom(seed + index)),
      ),
    );
    expect(histories.flatMap(check)).toEqual([]);
    for (const { log } of histories) expect(log.at(-1)?.epoch).toBe(epochsPerRoom);
  },
);

it('[L8] the checker reports two winners where the compare-and-swap is removed (negative control)', async () => {
  const raceOn = async (change: typeof withoutCompareAndSwap) => {
    const ground = { storage: change(openSqlite(':memory:', defaultLimits)), fanout: inProcessFanout() };
    const relay = await startOn(ground, { host: '127.0.0.1', port: 0, data: ':memory:' });
    open.push(() => relay.close());
    return check(await race([relay.url, relay.url], 20, seededRandom(seed)));
  };
  expect(await raceOn((storage) => storage)).toEqual([]);
  const findings = await raceOn(withoutCompareAndSwap);
  expect(findings.map(({ damage }) => damage)).toContain('twoWinners');
});
