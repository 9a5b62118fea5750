import { join } from 'node:path';
import { temporaryFolder } from '../../processes.ts';
import { startPostgres, startRedis } from '../../services.ts';
import { type Fault, relayFaults, serviceFaults, wireFaults } from './fault.ts';
import { RelayNode } from './relayNode.ts';
import { Wire } from './wire.ts';

/** Relays on one store, and everything that can happen to them. */
export interface Cluster {
  name: string;
  /** Where the nodes are reached, through their wires. */
  urls: readonly string[];
  faults: readonly Fault[];
  /** What the relays have logged since this was asked the last time, line by line. */
  takeLogs(): string[];
  stop(): Promise<void>;
}

/** Two relays on one PostgreSQL and one Redis, with a wire between any two of them. */
export async function startTwoNodes(): Promise<Cluster> {
  const folder = temporaryFolder();
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const database = await postgres.createDatabase();
  const wires: Wire[] = [];
  const through = async (url: string) => {
    const real = new URL(url);
    const port = Number(real.port);
    const wire = await Wire.open(() => port);
    wires.push(wire);
    real.port = String(wire.port);
    return { wire, url: real.href };
  };
  const nodes = await Promise.all(
    ['A', 'B'].map(async (name) => {
      const [toPostgres, toRedis] = [await through(database), await through(redis.url)];
      const data = join(folder.path, name);
      const relay = await RelayNode.start([
        ...['--data', data],
        ...['--database', toPostgres.url],
        ...['--redis', toRedis.url],
      ]);
      const faults = [
        ...relayFaults(`relay ${name}`, relay),
        ...wireFaults(`wire of proxies to ${name}`, relay.wire),
        ...wireFaults(`wire of ${name} to PostgreSQL`, toPostgres.wire),
        ...wireFaults(`wire of ${name} to Redis`, toRedis.wire),
      ];
      return { relay, faults };
    }),
  );
  return {
    name: 'two nodes',
    urls: nodes.map(({ relay }) => relay.url),
    faults: [
      ...nodes.flatMap(({ faults }) => faults),
      ...serviceFaults('PostgreSQL', postgres),
      ...serviceFaults('Redis', redis),
    ],
    takeLogs: () => nodes.flatMap(({ relay }) => relay.takeLog()),
    async stop() {
      await Promise.all(nodes.map(({ relay }) => relay.stop()));
      await Promise.all(wires.map((wire) => wire.close()));
      await Promise.all([postgres.stop(), redis.stop()]);
      folder.remove();
    },
  };
}

/** One relay with its embedded store. */
export async function startOneNode(): Promise<Cluster> {
  const folder = temporaryFolder();
  const relay = await RelayNode.start(['--data', join(folder.path, 'data')]);
  return {
    name: 'one node',
    urls: [relay.url],
    faults: [...relayFaults('relay', relay), ...wireFaults('wire of proxies', relay.wire)],
    takeLogs: () => relay.takeLog(),
    async stop() {
      await relay.stop();
      folder.remove();
    },
  };
}
