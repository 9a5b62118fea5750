/**
 * `npm run test:faults`: 100 schedules, 10,000 commit races and the machines that lose their power, once. With
 * OTR_TEST_SEED the schedules begin with this seed; the first argument says how many (default 100).
 */
import { seededRandom, seedOfThisRun } from '../seededRandom.ts';
import { check, type Finding } from './checker.ts';
import { type Cluster, startOneNode, startTwoNodes } from './cluster.ts';
import { Disk } from './disk.ts';
import { type Machine, startImagedMachine, startPostgresOnDisk, startSqliteOnDisk } from './machine.ts';
import { survivePowerLoss } from './powerLoss.ts';
import { race } from './race.ts';
import { describeTrial, runTrial, type Trial } from './trial.ts';

const schedules = Number(process.argv[2] ?? 100);
const races = 100 * schedules;
const racingRooms = 10;
/** Of ten schedules so many are for two nodes, the others for one. */
const twoNodesOfTen = 7;
const powerCuts = 5;
/** A schedule that takes longer is shown with what the relays logged. */
const slowMs = 25_000;
const firstSeed = seedOfThisRun();

async function runSchedules(): Promise<Trial[]> {
  const trials: Trial[] = [];
  const clusters = [
    { start: startTwoNodes, count: Math.round((schedules * twoNodesOfTen) / 10), steps: 8 },
    { start: startOneNode, count: Math.round((schedules * (10 - twoNodesOfTen)) / 10), steps: 4 },
  ];
  for (const { start, count, steps } of clusters) {
    await on(await start(), async (cluster) => {
      for (let left = count; left > 0; left--) {
        const trial = await runTrial(cluster, firstSeed + trials.length, { lengthMs: 2_500, steps });
        trials.push(trial);
        say(describeTrial(trial));
        if (trial.findings.length > 0 || trial.tookMs > slowMs) say(trial.logs.slice(-200).join('\n'));
      }
    });
  }
  return trials;
}

async function runRaces(): Promise<{ won: number; findings: Finding[] }> {
  return await on(await startTwoNodes(), async ({ urls }) => {
    const histories = await Promise.all(
      Array.from({ length: racingRooms }, (_, room) =>
        race(urls, races / racingRooms, seededRandom(firstSeed + room)),
      ),
    );
    const won = histories.reduce((sum, { log }) => sum + (log.at(-1)?.epoch ?? 0), 0);
    return { won, findings: histories.flatMap(check) };
  });
}

async function runPowerCuts(name: string, machine: Machine): Promise<Finding[]> {
  try {
    const { acknowledged, findings } = await survivePowerLoss(machine, powerCuts);
    const lost = findings.filter(({ damage }) => damage === 'lost').length;
    say(`${name}: ${powerCuts} power cuts, ${acknowledged} acknowledged, ${lost} lost`);
    return findings;
  } finally {
    await machine.stop();
  }
}

/** Those that must lose nothing; the negative controls beside them must. */
async function runMachines(): Promise<Finding[]> {
  const findings = await runPowerCuts('SQLite, FULL', await startImagedMachine('FULL'));
  mustLose(await runPowerCuts('SQLite, OFF (control)', await startImagedMachine('OFF')));
  const noDisk = await Disk.unavailable();
  if (noDisk !== undefined) {
    say(`skipped: disks that lose their power (${noDisk})`);
    return findings;
  }
  findings.push(...(await runPowerCuts('SQLite, FULL, a real disk', await startSqliteOnDisk())));
  findings.push(...(await runPowerCuts('PostgreSQL, fsync on', await startPostgresOnDisk('on'))));
  mustLose(await runPowerCuts('PostgreSQL, fsync off (control)', await startPostgresOnDisk('off')));
  return findings;
}

function mustLose(findings: readonly Finding[]): void {
  if (!findings.some(({ damage }) => damage === 'lost')) throw new Error('the control lost nothing');
}

async function on<Value>(cluster: Cluster, run: (cluster: Cluster) => Promise<Value>): Promise<Value> {
  try {
    return await run(cluster);
  } finally {
    await cluster.stop();
  }
}

function summary(trials: readonly Trial[]): string {
  const sum = (of: (trial: Trial) => number) => trials.reduce((total, trial) => total + of(trial), 0);
  const faults = new Map<string, number>();
  for (const { fault } of trials.flatMap(({ steps }) => steps)) {
    const name = `${fault.kind} ${fault.target.replace(/\b[AB]\b/, 'a node')}`;
    faults.set(name, (faults.get(name) ?? 0) + 1);
  }
  const failed = trials.filter(({ findings }) => findings.length > 0).map(({ seed }) => seed);
  return [
    `${trials.length} schedules from seed ${firstSeed}, ${sum(({ steps }) => steps.length)} faults:`,
    ...[...faults].sort().map(([name, count]) => `  ${count} × ${name}`),
    `${sum(({ acknowledged }) => acknowledged)} acknowledged in ${sum(({ epochs }) => epochs)} epochs`,
    `${sum(({ shown }) => shown)} shown to readers, ${sum(({ live }) => live)} of them live`,
    `${sum(({ connections }) => connections)} connections; removed members were refused ${sum(({ refusals }) => refusals)} times`,
    `${sum(({ findings }) => findings.length)} findings${failed.length > 0 ? `, seeds ${failed.join()}` : ''}`,
  ].join('\n');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const trials = await runSchedules();
const raced = await runRaces();
const afterPowerCuts = await runMachines();
say(`\n${summary(trials)}`);
say(`${races} races on two nodes, ${raced.won} won, ${raced.findings.length} findings`);
const findings = [...trials.flatMap((trial) => trial.findings), ...raced.findings, ...afterPowerCuts];
for (const { damage, sentence } of findings.slice(0, 50)) say(`${damage}: ${sentence}`);
process.exitCode = findings.length === 0 && raced.won === races ? 0 : 1;
