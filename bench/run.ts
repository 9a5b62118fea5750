import { execFileSync, spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { benchAppends } from './appends.ts';
import { benchDelivery } from './delivery.ts';
import { benchIdleMemory } from './idleMemory.ts';
import { benchSealing } from './sealing.ts';

/** Everything from one run on one machine. The figures of the last run are in docs/benchmarks.md. */
const pinned = pinThisProcess();
console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
);
/** In this order; the names of some on the command line run only those. */
const benchmarks: Record<string, (pinned: boolean) => void | Promise<void>> = {
  sealing: benchSealing,
  delivery: benchDelivery,
  appends: benchAppends,
  idleMemory: benchIdleMemory,
};
const asked = process.argv.slice(2);
for (const [name, bench] of Object.entries(benchmarks)) {
  if (asked.length === 0 || asked.includes(name)) await bench(pinned);
}

/** Clients and server compete for a small machine's cores: each gets its own where the system lets us. */
function pinThisProcess(): boolean {
  if (cpus().length < 2 || spawnSync('taskset', ['--version']).status !== 0) return false;
  execFileSync('taskset', ['-a', '-c', '-p', '1', String(process.pid)], { stdio: 'ignore' });
  return true;
}
