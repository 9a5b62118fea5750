import { seededRandom } from '../seededRandom.ts';
import { check, type Finding } from './checker.ts';
import type { Cluster } from './cluster.ts';
import { Crowd, calmMs } from './crowd.ts';
import { describeStep, type Step, schedule, wreak } from './nemesis.ts';

const rooms = 2;

export interface TrialSize {
  /** When the last fault begins at the latest. */
  lengthMs: number;
  /** Faults that are drawn; those that collide are left out. */
  steps: number;
}

/** What one schedule did to a cluster, and what came of it. */
export interface Trial {
  seed: number;
  cluster: string;
  steps: readonly Step[];
  findings: readonly Finding[];
  tookMs: number;
  /** What the relays logged. */
  logs: readonly string[];
  acknowledged: number;
  epochs: number;
  connections: number;
  /** Of what removed members tried to write. */
  refusals: number;
  /** Entries that readers were shown, and those of them that came live. */
  shown: number;
  live: number;
}

/** Two rooms full of people on a cluster to which the schedule of this seed happens. */
export async function runTrial(cluster: Cluster, seed: number, size: TrialSize): Promise<Trial> {
  const startedAt = performance.now();
  const random = seededRandom(seed);
  const steps = schedule(cluster.faults, random, size);
  const crowds = Array.from({ length: rooms }, () => new Crowd(cluster.urls, random));
  await Promise.all(crowds.map((crowd) => crowd.gather()));
  let isOver = false;
  const talking = Promise.all(crowds.map((crowd) => crowd.talk(() => isOver)));
  await wreak(steps);
  isOver = true;
  const isAnswered = await withinCalm(talking);
  const histories = await Promise.all(crowds.map((crowd) => crowd.disperse()));
  const sum = (of: (crowd: Crowd) => number) => crowds.reduce((total, crowd) => total + of(crowd), 0);
  const logs = cluster.takeLogs();
  return {
    seed,
    cluster: cluster.name,
    steps,
    findings: [...histories.flatMap(check), ...(isAnswered ? [] : [stuck]), ...saidBy(logs)],
    tookMs: Math.round(performance.now() - startedAt),
    logs,
    acknowledged: histories.reduce((total, { acknowledged }) => total + acknowledged.length, 0),
    epochs: histories.reduce((total, { log }) => total + (log.at(-1)?.epoch ?? 0), 0),
    connections: sum(({ figures }) => figures.connections),
    refusals: sum(({ refusals }) => refusals),
    shown: sum(({ figures }) => figures.shown),
    live: sum(({ figures }) => figures.live),
  };
}

async function withinCalm(talking: Promise<unknown>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), calmMs);
  const isAnswered = await Promise.race([talking.then(() => true), late.promise]);
  clearTimeout(timer);
  return isAnswered;
}

const stuck: Finding = {
  damage: 'stuck',
  sentence: `something was not answered ${calmMs} ms after all faults`,
};

function saidBy(logs: readonly string[]): Finding[] {
  const bugs = logs.filter((line) => line.includes('internalError'));
  return bugs.map((sentence) => ({ damage: 'internalError', sentence }));
}

/** For the person who reads the run: the seed makes it again. */
export function describeTrial(trial: Trial): string {
  const { seed, cluster, steps, acknowledged, epochs, connections, refusals, shown, live, findings, tookMs } =
    trial;
  const figures = `${acknowledged} acknowledged, ${epochs} epochs, ${connections} connections, ${refusals} refusals, ${live} of ${shown} live, ${tookMs} ms`;
  return [
    `seed ${seed}, ${cluster}: ${figures}`,
    ...steps.map(describeStep),
    ...findings.slice(0, 20).map(({ damage, sentence }) => `${damage}: ${sentence}`),
  ].join('\n  ');
}
