import { temporaryFolder } from '../tests/processes.ts';
import { isMissing, startPostgres } from '../tests/services.ts';
import { median } from './figures.ts';
import { BenchServer } from './server.ts';

const rounds = 5;
const roundMs = 2_000;
const batches = [300, 1_000];

interface Case {
  readonly name: string;
  readonly nodes: number;
  /** The data folder and the database of each node, made anew. */
  readonly store: () => Promise<[data: string, database: string]>;
}

/** Appends a second of all nodes together, and what one costs a node in microseconds of CPU. */
async function measure(one: Case, rooms: number, batch: number): Promise<{ rate: number; cpu: number }> {
  const [data, database] = await one.store();
  const args = ['storageWriter.ts', data, database, String(rooms), String(batch)];
  // Not pinned: the database server needs a core too.
  const nodes = await Promise.all(Array.from({ length: one.nodes }, () => BenchServer.start(args, false)));
  await nodes[0]?.ask('create');
  await Promise.all(nodes.map((node) => node.ask('500'))); // warm up
  const measured: { rate: number; cpu: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const told = await Promise.all(
      nodes.map((node) => node.ask<{ rate: number; cpu: number }>(String(roundMs))),
    );
    const cpu = median(told.map((node) => node.cpu));
    measured.push({ rate: told.reduce((sum, { rate }) => sum + rate, 0), cpu });
  }
  for (const node of nodes) await node.stop();
  return { rate: median(measured.map(({ rate }) => rate)), cpu: median(measured.map(({ cpu }) => cpu)) };
}

/** Durable appends of a whole batch at once, as a loaded relay makes them, without the wire. */
export async function benchStorage(): Promise<void> {
  console.log(`\nDurable appends of 200 bytes, the store alone (fsync on; median of ${rounds} rounds)\n`);
  console.log('store | nodes | rooms | batch | appends/s | CPU µs each, in the node');
  const folder = temporaryFolder();
  const postgres = isMissing('PostgreSQL') ? undefined : await startPostgres();
  let folders = 0;
  const sqlite = async (): Promise<[string, string]> => [`${folder.path}/${folders++}`, ''];
  const cases: Case[] = [{ name: 'SQLite', nodes: 1, store: sqlite }];
  if (postgres) {
    const store = async (): Promise<[string, string]> => ['', await postgres.createDatabase()];
    cases.push({ name: 'PostgreSQL', nodes: 1, store }, { name: 'PostgreSQL', nodes: 2, store });
  }
  for (const one of cases) {
    for (const rooms of [1, 100]) {
      for (const batch of batches) {
        const { rate, cpu } = await measure(one, rooms, batch);
        console.log([one.name, one.nodes, rooms, batch, rate.toFixed(0), cpu.toFixed(1)].join(' | '));
      }
    }
  }
  await postgres?.stop();
  folder.remove();
}
