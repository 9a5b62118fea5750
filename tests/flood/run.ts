/**
 * `npm run test:flood [-- seconds [phase…]]`: how long messages of well-behaved members take while others flood their relay, and
 * what the relay holds meanwhile, beside calm. Exits with 1 when a flood is felt more than it may be.
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, cpus, setPriority } from 'node:os';
import { join } from 'node:path';
import { quantile } from '../../bench/figures.ts';
import { canPin, type WatchedRelay, watchedRelay } from '../../packages/relay/test/watchedRelay.ts';
import { temporaryFolder } from '../processes.ts';
import { Members, silentPeople } from './members.ts';

/** A flood lasts as long as the slow reader does not read. */
const seconds = Number(process.argv[2] ?? 60);
const members = 20;
const messagesPerSecond = 50;
const silent = 1_000;
/** What the issue allows, as a multiple of calm. */
const allowed = { p99: 2, memory: 1.5 };

/** `like` names the calm phase that it is measured by: whoever reads slowly is sent much, and that alone takes its time. */
type Phase = { name: string; floods: readonly string[]; like?: string };
type Figures = { p50: number; p99: number; memory: number; deliveries: number };

const allPhases: readonly Phase[] = [
  // What a relay holds that has been in use: SQLite's cache is full, the allocator has what it keeps.
  { name: 'warm-up', floods: ['read'] },
  { name: 'calm', floods: [] },
  { name: 'calm, 100 MiB read', floods: ['read'] },
  { name: 'rate', floods: ['rate'], like: 'calm' },
  { name: 'slow', floods: ['slow'], like: 'calm, 100 MiB read' },
  { name: 'churn', floods: ['churn'], like: 'calm' },
  { name: 'all three', floods: ['rate', 'slow', 'churn'], like: 'calm, 100 MiB read' },
  { name: 'calm again', floods: [] },
];

/** All, or those that are named and what they are measured by. */
const named = process.argv.slice(3);
const phases = allPhases.filter(({ name }) => {
  const needed = allPhases.filter((phase) => named.includes(phase.name)).flatMap(({ like }) => like ?? []);
  return named.length === 0 || name === 'warm-up' || named.includes(name) || needed.includes(name);
});

const isPinned = cpus().length > 1 && canPin();
if (isPinned) execFileSync('taskset', ['-a', '-c', '-p', '1', String(process.pid)], { stdio: 'ignore' });
const data = temporaryFolder();
const relay = await watchedRelay({ data: data.path }, isPinned ? 0 : undefined);
console.log(
  `${members} members, ${messagesPerSecond} messages/s, ${silent} silent connections, ${seconds} s a phase; ` +
    (isPinned ? 'relay on core 0, everyone else on core 1' : 'not pinned'),
);
console.log('phase              | p50 ms | p99 ms | resident MiB | deliveries');
const letGo = await silentPeople(relay.url, silent);
const crowd = await Members.enter(relay.url, members);
crowd.talk(messagesPerSecond);
const measured = new Map<string, Figures>();
const wrong: string[] = [];
for (const phase of phases) await run(phase);
wrong.push(...(await crowd.finish()));
letGo();
const { rss, heap } = await relay.held();
const inMiB = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
console.log(`after garbage collection ${inMiB(rss)} MiB are resident, of which ${inMiB(heap)} are heap`);
wrong.push(...verdict());
await relay.stop();
data.remove();
console.log(wrong.length === 0 ? 'passed' : wrong.join('\n'));
process.exitCode = wrong.length === 0 ? 0 : 1;

async function run({ name, floods }: Phase): Promise<void> {
  const attackers = await Promise.all(floods.map((flood) => attack(relay, flood)));
  crowd.takeDelays();
  const memory = await largestWhile(name === 'warm-up' ? 15 : seconds);
  const delays = crowd.takeDelays();
  const figures = {
    p50: quantile(delays, 0.5),
    p99: quantile(delays, 0.99),
    memory,
    deliveries: delays.length,
  };
  measured.set(name, figures);
  const numbers = [
    figures.p50.toFixed(2),
    figures.p99.toFixed(2),
    (memory / 2 ** 20).toFixed(0),
    delays.length,
  ];
  console.log([name.padEnd(18), ...numbers].join(' | '));
  for (const attacker of attackers) {
    const { did, wrong: found } = await end(attacker);
    console.log(`                     ${did}`);
    wrong.push(...found);
  }
}

/** The flood has begun when it resolves. */
async function attack({ url }: WatchedRelay, flood: string): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'attacker.ts'), [url, flood]);
  // It shares a core with those who are timed: what it takes from them is not the relay's doing.
  setPriority(child.pid ?? 0, constants.priority.PRIORITY_LOW);
  await once(child, 'message');
  return child;
}

async function end(attacker: ChildProcess): Promise<{ did: string; wrong: string[] }> {
  attacker.send('stop');
  const [report] = await once(attacker, 'message');
  return report as { did: string; wrong: string[] };
}

async function largestWhile(howLong: number): Promise<number> {
  let largest = 0;
  for (const end = performance.now() + howLong * 1_000; performance.now() < end; ) {
    largest = Math.max(largest, relay.resident());
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return largest;
}

function verdict(): string[] {
  return phases.flatMap(({ name, like }) => {
    const [now, calm] = [measured.get(name), measured.get(like ?? name)];
    if (now === undefined || calm === undefined) return [`${name} was not measured`];
    const { p99, memory } = now;
    return [
      ...(p99 > calm.p99 * allowed.p99
        ? [`${name}: p99 is ${(p99 / calm.p99).toFixed(1)} times its calm value`]
        : []),
      ...(memory > calm.memory * allowed.memory
        ? [`${name}: memory is ${(memory / calm.memory).toFixed(1)} times its calm value`]
        : []),
    ];
  });
}
