/**
 * `npm run test:flood [-- rounds [phase…]]`: how long messages of well-behaved members take while others flood their
 * relay, and what the relay holds meanwhile, beside calm. Exits with 1 when a flood is felt more than it may be.
 *
 * The machine is not equally fast all the time: each flood is compared with the calm phases before and after it, and
 * the verdict is the median of the rounds.
 */
import { cpus } from 'node:os';
import { median, quantile } from '../../bench/figures.ts';
import { canPin, watchedRelay } from '../../packages/relay/test/watchedRelay.ts';
import { temporaryFolder } from '../processes.ts';
import { PlayedRole } from './playedRole.ts';
import { pause } from './roles/pause.ts';

/** What the issue allows, as a multiple of calm. */
const allowed = { p99: 2, memory: 1.5 };

/** `like` names the calm phase that it is measured by: whoever reads slowly is sent much, and that alone takes its time. */
interface Phase {
  readonly name: string;
  readonly roles: readonly string[];
  readonly seconds: number;
  readonly like?: string;
}

interface Figures {
  readonly p50: number;
  readonly p99: number;
  /** Bytes. */
  readonly memory: number;
  readonly deliveries: number;
}

const calm: Phase = { name: 'calm', roles: [], seconds: 30 };
const calmWithMuch: Phase = { name: 'calm, 100 MiB/min read', roles: ['read'], seconds: 30 };
/** The reader stops for a minute; as long as that, nobody is judged by the moment in which a flood begins. */
const floods: readonly Phase[] = [
  { name: 'rate', roles: ['rate'], seconds: 60, like: calm.name },
  { name: 'churn', roles: ['churn'], seconds: 60, like: calm.name },
  { name: 'slow', roles: ['slow'], seconds: 60, like: calmWithMuch.name },
  { name: 'all three', roles: ['rate', 'slow', 'churn'], seconds: 60, like: calmWithMuch.name },
];

const rounds = Number(process.argv[2] ?? 3);
const named = process.argv.slice(3);
const chosen = floods.filter(({ name }) => named.length === 0 || named.includes(name));

const measured = new Map<string, Figures[]>();
const wrong: string[] = [];
let isOver = false;

const isPinned = cpus().length > 1 && canPin();
const othersCore = isPinned ? 1 : undefined;
const data = temporaryFolder();
const relay = await watchedRelay({ data: data.path }, isPinned ? 0 : undefined);
void relay.died.then((words) => {
  if (isOver) return;
  console.error(`the relay ended: ${words}`);
  process.exit(1);
});
const silent = await play('silent');
const members = await PlayedRole.start(relay.url, 'members', { core: othersCore, isMeasured: true });

console.log(isPinned ? 'relay on core 0, everyone else on core 1' : 'not pinned');
console.log(`${'phase'.padEnd(22)} | p50 ms | p99 ms | resident MiB | deliveries`);
const memoryBefore = await warmUp();
for (let round = 0; round < rounds; round += 1) await runRound();
for (const phase of calmPhases()) await run(phase);
await finish();

/** Ordinary use: much is read, also by somebody who was away meanwhile. Returns the most that the relay held. */
async function warmUp(): Promise<number> {
  const reading = await play('read');
  const memory = await largestUntil(pause(30_000).then(() => end(reading)));
  console.log([`${'warm-up'.padEnd(22)} |      - |      -`, inMiB(memory), '-'].join(' | '));
  return memory;
}

async function runRound(): Promise<void> {
  for (const like of calmPhases()) {
    await run(like);
    for (const flood of chosen) if (flood.like === like.name) await run(flood);
  }
}

/** Those that something is measured by. */
function calmPhases(): Phase[] {
  return [calm, calmWithMuch].filter(({ name }) => chosen.some(({ like }) => like === name));
}

async function run({ name, roles, seconds }: Phase): Promise<void> {
  const playing = await Promise.all(roles.map(play));
  await members.takeDelays();
  const memory = await largestUntil(pause(seconds * 1_000));
  const delays = await members.takeDelays();
  const figures = {
    p50: quantile(delays, 0.5),
    p99: quantile(delays, 0.99),
    memory,
    deliveries: delays.length,
  };
  measured.set(name, [...(measured.get(name) ?? []), figures]);
  const numbers = [figures.p50.toFixed(2), figures.p99.toFixed(2), inMiB(memory), delays.length];
  console.log([name.padEnd(22), ...numbers].join(' | '));
  for (const role of playing) await end(role);
}

/** It has begun when it resolves. */
function play(name: string): Promise<PlayedRole> {
  return PlayedRole.start(relay.url, name, { core: othersCore });
}

async function end(role: PlayedRole): Promise<void> {
  const report = await role.stop();
  console.log(`    ${report.did}`);
  wrong.push(...report.wrong);
}

async function largestUntil(done: Promise<void>): Promise<number> {
  let largest = 0;
  let isDone = false;
  void done.then(() => {
    isDone = true;
  });
  while (!isDone) {
    largest = Math.max(largest, relay.resident());
    await pause(250);
  }
  await done;
  return largest;
}

async function finish(): Promise<void> {
  await end(members);
  await end(silent);
  const { rss, heap } = await relay.held();
  console.log(`after garbage collection ${inMiB(rss)} MiB are resident, of which ${inMiB(heap)} are heap`);
  for (const flood of chosen) judge(flood);
  isOver = true;
  await relay.stop();
  data.remove();
  console.log(wrong.length === 0 ? 'passed' : wrong.join('\n'));
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

/** Delay beside the calm before and after, memory beside the most before the first flood. */
function judge({ name, like = '' }: Phase): void {
  const [ours, calms] = [measured.get(name) ?? [], measured.get(like) ?? []];
  const ratios = ours.map(({ p99 }, round) => {
    const around = calms.slice(round, round + 2);
    return (p99 * around.length) / around.reduce((sum, { p99 }) => sum + p99, 0);
  });
  const p99 = median(ratios);
  const memory = Math.max(...ours.map(({ memory }) => memory)) / memoryBefore;
  const each = ratios.map((ratio) => ratio.toFixed(2)).join(', ');
  console.log(
    `${name}: p99 ${p99.toFixed(2)} times its calm value (${each}), memory ${memory.toFixed(2)} times`,
  );
  // Not `>`: what was not measured is no pass.
  if (!(p99 <= allowed.p99)) wrong.push(`${name}: p99 is more than ${allowed.p99} times its calm value`);
  if (!(memory <= allowed.memory))
    wrong.push(`${name}: memory is more than ${allowed.memory} times its calm value`);
}

function inMiB(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
