import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMissing } from '../../services.ts';
import { seedOfThisRun } from '../seededRandom.ts';
import { type Cluster, startOneNode, startTwoNodes } from './cluster.ts';
import { describeTrial, runTrial } from './trial.ts';

const seed = seedOfThisRun();
const isAlone = isMissing('PostgreSQL') || isMissing('Redis');

describe.skipIf(isAlone)('two relays on PostgreSQL and Redis', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startTwoNodes();
  });
  afterAll(() => cluster?.stop());

  it.each([0, 1, 2])(
    '[L1] [L2] [L3] [L8] [L12] lose and double nothing, and keep one order, whatever happens (schedule %i)',
    async (index) => {
      const trial = await runTrial(cluster, seed + index, { lengthMs: 2_000, steps: 7 });
      console.log(describeTrial(trial));
      expect(trial.findings).toEqual([]);
      expect(trial.acknowledged).toBeGreaterThan(50);
    },
  );
});

describe('one relay with its embedded store', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startOneNode();
  });
  afterAll(() => cluster?.stop());

  it.each([0, 1])(
    '[L1] [L2] [L3] [L8] loses and doubles nothing, and keeps one order, whatever happens (schedule %i)',
    async (index) => {
      const trial = await runTrial(cluster, seed + index, { lengthMs: 1_500, steps: 4 });
      console.log(describeTrial(trial));
      expect(trial.findings).toEqual([]);
      expect(trial.acknowledged).toBeGreaterThan(50);
    },
  );
});
