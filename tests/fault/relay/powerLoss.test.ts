import { expect, it } from 'vitest';
import { isMissing } from '../../services.ts';
import { Disk } from './disk.ts';
import { type Machine, startImagedMachine, startPostgresOnDisk, startSqliteOnDisk } from './machine.ts';
import { survivePowerLoss } from './powerLoss.ts';

const noDisk = await Disk.unavailable();
if (noDisk !== undefined) process.stderr.write(`skipped: a disk that loses its power (${noDisk})\n`);
const isDiskless = noDisk !== undefined;
const cannot = isDiskless || isMissing('PostgreSQL');

async function through(machine: Machine, times: number) {
  try {
    return await survivePowerLoss(machine, times);
  } finally {
    await machine.stop();
  }
}

it('[L2] the embedded store has everything that was acknowledged after the machine lost its power', async () => {
  const { acknowledged, findings } = await through(await startImagedMachine('FULL'), 2);
  expect(findings).toEqual([]);
  expect(acknowledged).toBeGreaterThanOrEqual(240);
});

it('the checker reports loss where the embedded store does not sync (negative control)', async () => {
  const { findings } = await through(await startImagedMachine('OFF'), 1);
  expect(findings.map(({ damage }) => damage)).toContain('lost');
});

it.skipIf(isDiskless)('[L2] so has it on a real disk that lost its power', async () => {
  const { acknowledged, findings } = await through(await startSqliteOnDisk(), 1);
  expect(findings).toEqual([]);
  expect(acknowledged).toBeGreaterThanOrEqual(120);
});

it.skipIf(cannot)('[L2] PostgreSQL has everything after its disk lost its power', async () => {
  const { acknowledged, findings } = await through(await startPostgresOnDisk('on'), 1);
  expect(findings).toEqual([]);
  expect(acknowledged).toBeGreaterThanOrEqual(120);
});

it.skipIf(cannot)('the checker reports loss where PostgreSQL does not sync (negative control)', async () => {
  const { findings } = await through(await startPostgresOnDisk('off'), 1);
  expect(findings.map(({ damage }) => damage)).toContain('lost');
});
