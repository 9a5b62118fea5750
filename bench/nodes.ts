import { isMissing, startPostgres, startRedis } from '../tests/services.ts';
import { median } from './figures.ts';
import { saturate } from './load.ts';
import { relayRoom } from './relayMember.ts';
import { Room } from './room.ts';
import { BenchServer } from './server.ts';

const size = { members: 100, senders: 8, inFlight: 125 };
const rounds = 5;
const roundMs = 1_500;

/** Deliveries a second to one room whose members are spread over these relays. */
async function deliveries(servers: readonly BenchServer[]): Promise<number> {
  const [first, ...others] = servers;
  if (!first) throw new Error('no relay');
  const room = await Room.enter(first.url, size.members, relayRoom(others.map(({ url }) => url)));
  await saturate(room, first, { ...size, ms: 1_000 }); // warm up
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    rates.push((await saturate(room, first, { ...size, ms: roundMs })).rate);
  }
  room.leave();
  for (const server of servers) await server.stop();
  return median(rates);
}

/** What it costs and brings to spread one room over two processes, and to keep its log in PostgreSQL. */
export async function benchNodes(): Promise<void> {
  console.log(
    `\nOne room of ${size.members} at two nodes (not pinned: relays, PostgreSQL, Redis and all members share the ` +
      `machine; median of ${rounds} rounds)\n`,
  );
  console.log('relays | store | deliveries/s');
  // Not pinned, as everything here.
  const start = (...args: string[]) => BenchServer.start(['relayServer.ts', ...args], false);
  console.log(`1 | SQLite | ${(await deliveries([await start()])).toFixed(0)}`);
  if (isMissing('PostgreSQL') || isMissing('Redis')) return;
  const [postgres, redis] = [await startPostgres(), await startRedis()];
  const alone = await postgres.createDatabase();
  console.log(`1 | PostgreSQL | ${(await deliveries([await start(alone)])).toFixed(0)}`);
  const shared = await postgres.createDatabase();
  const two = [await start(shared, redis.url), await start(shared, redis.url)];
  console.log(`2 | PostgreSQL, Redis | ${(await deliveries(two)).toFixed(0)}`);
  await redis.stop();
  await postgres.stop();
}
