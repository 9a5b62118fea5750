import { execFileSync, spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { benchAppends } from './appends.ts';
import { benchDelivery } from './delivery.ts';
import { benchIdentity } from './identity.ts';
import { benchIdleMemory } from './idleMemory.ts';
import { benchNodes } from './nodes.ts';
import { benchProxyStart } from './proxyStart.ts';
import { benchRooms } from './rooms.ts';
import { benchStorage } from './storage.ts';

interface Benchmark {
  /** Where this process and what it starts may run; a `pinned` one gives its server the first core. */
  readonly on: 'second core' | 'all cores';
  readonly run: (pinned: boolean) => void | Promise<void>;
}

/** In this order; the names of some on the command line run only those. */
const benchmarks: Record<string, Benchmark> = {
  delivery: { on: 'second core', run: benchDelivery },
  appends: { on: 'second core', run: benchAppends },
  storage: { on: 'all cores', run: benchStorage },
  nodes: { on: 'all cores', run: benchNodes },
  rooms: { on: 'second core', run: benchRooms },
  identity: { on: 'second core', run: benchIdentity },
  enterToScreen: { on: 'all cores', run: inBrowser('tests/e2e/enterToScreen.ts') },
  proxyStart: { on: 'all cores', run: benchProxyStart },
  idleMemory: { on: 'second core', run: benchIdleMemory },
};

/** Everything from one run on one machine. The figures of the last run are in docs/benchmarks.md. */
console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
);
const asked = process.argv.slice(2);
for (const [name, { on, run }] of Object.entries(benchmarks)) {
  if (asked.length === 0 || asked.includes(name)) await run(placeThisProcess(on));
}

/** What drives a browser has the types of a page, and is a process of its own. */
function inBrowser(script: string): () => void {
  return () => {
    execFileSync(process.execPath, [join(import.meta.dirname, '..', script)], { stdio: 'inherit' });
  };
}

/** Clients and server compete for a small machine's cores: each gets its own where the system lets us. */
function placeThisProcess(on: Benchmark['on']): boolean {
  if (cpus().length < 2 || spawnSync('taskset', ['--version']).status !== 0) return false;
  const cores = on === 'second core' ? '1' : `0-${cpus().length - 1}`;
  execFileSync('taskset', ['-a', '-c', '-p', cores, String(process.pid)], { stdio: 'ignore' });
  return on === 'second core';
}
