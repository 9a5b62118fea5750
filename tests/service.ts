import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A server of somebody else's making, started for a test. */
export interface Service {
  port: number;
  /** Ends it for good and deletes its folder. */
  stop(): Promise<void>;
  /** SIGKILL to it and all its children, as a power cut would; resolves when they are gone. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, on the same data and port. */
  start(): Promise<void>;
}

export interface ServicePlan {
  /** Who it runs as and who owns the folder; absent: as this process. */
  owner?: { uid: number; gid: number } | undefined;
  /** Where its folder is made; absent: among the temporary ones. */
  under?: string | undefined;
  prepare?(folder: string): Promise<void>;
  command(folder: string, port: number): { file: string; args: string[] };
  /** A line that it prints when it can be used. */
  ready: RegExp;
  stopSignal: NodeJS.Signals;
}

/** Starts that may fail: another took the port meanwhile, or what was killed is still going away. */
const attempts = 20;

export async function startService(plan: ServicePlan): Promise<Service> {
  const folder = mkdtempSync(join(plan.under ?? tmpdir(), 'otr-service-'));
  if (plan.owner) chownSync(folder, plan.owner.uid, plan.owner.gid);
  const guard = startGuard(folder);
  const launch = (port: number) => spawnReady(plan, folder, port, guard.watch);
  await plan.prepare?.(folder);
  let { server, port } = await startSomewhere(launch);
  return {
    port,
    async stop() {
      await end(server, plan.stopSignal);
      guard.dismiss();
      rmSync(folder, { recursive: true, force: true });
    },
    kill: () => killTree(server),
    async start() {
      await end(server, plan.stopSignal);
      server = await retried(() => launch(port));
    },
  };
}

async function startSomewhere(launch: (port: number) => Promise<ChildProcess>) {
  return await retried(async () => {
    const port = await freePort();
    return { port, server: await launch(port) };
  });
}

async function retried<Value>(attempt: () => Promise<Value>): Promise<Value> {
  for (let left = attempts; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Resolves when it is ready; rejects with what it printed when it ends before. */
async function spawnReady(plan: ServicePlan, folder: string, port: number, watch: (pid: number) => void) {
  const { file, args } = plan.command(folder, port);
  const server = spawn(file, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], ...plan.owner });
  let printed = '';
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      if (printed.length < 100_000) printed += chunk;
      if (plan.ready.test(printed)) resolve();
    };
    server.stdout.on('data', hear);
    server.stderr.on('data', hear);
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`${file} ended: ${printed}`)));
    if (server.pid !== undefined) watch(server.pid);
  });
  return server;
}

async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill(signal);
  await gone;
}

/** PostgreSQL's children are in groups of their own; stopped first, it makes no more of them meanwhile. */
async function killTree(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
  server.kill('SIGSTOP');
  const children = await childrenOf(server.pid);
  const gone = end(server, 'SIGKILL');
  for (const pid of children) killIfThere(pid);
  await gone;
}

async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'ppid=,pid=']);
  const pairs = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.flatMap(([parent, child]) => (parent === pid && child !== undefined ? [child] : []));
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

/**
 * A process that outlives this one for a moment, however this one ends: it reads which server to watch, and when
 * its input closes it kills that server and deletes the folder.
 */
function startGuard(folder: string) {
  const script =
    'pid=0; while read -r line; do pid=$line; done; [ "$pid" = 0 ] && exit; kill -9 "$pid"; sleep 1; rm -rf "$1"';
  const guard = spawn('sh', ['-c', script, 'guard', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  guard.stdin.on('error', () => {});
  return {
    watch: (pid: number) => void guard.stdin.write(`${pid}\n`),
    dismiss: () => void guard.stdin.end('0\n'),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
