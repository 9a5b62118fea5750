import type { Dialect } from './dialect.ts';
import { median, quantile } from './figures.ts';
import { type Load, pace, saturate } from './load.ts';
import { raw } from './rawSockets.ts';
import { relayRoom } from './relayMember.ts';
import { Room } from './room.ts';
import { BenchServer } from './server.ts';
import { plain, plainMsgpack } from './socketIo.ts';

interface Contender {
  readonly name: string;
  readonly server: readonly string[];
  readonly dialect: () => Dialect;
}

const contenders: readonly Contender[] = [
  { name: 'Socket.IO, default parser', server: ['plainServer.ts'], dialect: () => plain },
  { name: 'Socket.IO, msgpack parser', server: ['plainServer.ts', 'msgpack'], dialect: () => plainMsgpack },
  { name: 'ws, framed once', server: ['rawServer.ts'], dialect: () => raw },
  { name: 'our relay, durable', server: ['relayServer.ts'], dialect: relayRoom },
];

/** Enough in flight that more brings no contender further. */
const sizes = [
  { members: 10, senders: 8, inFlight: 250 },
  { members: 100, senders: 8, inFlight: 125 },
  { members: 1_000, senders: 8, inFlight: 16 },
];
const rounds = 5;
const saturatedMs = 1_500;
const pacedDeliveries = 1_000;
const pacedMs = 6_000;

interface Measured {
  readonly contender: Contender;
  readonly saturated: Load[];
  paced: Load | undefined;
}

/** Round by round and contender by contender, so that all have the same share of the machine's moods. */
async function measureAll(size: (typeof sizes)[number], pinned: boolean): Promise<Measured[]> {
  const running = await Promise.all(
    contenders.map(async (contender) => {
      const server = await BenchServer.start(contender.server, pinned);
      const room = await Room.enter(server.url, size.members, contender.dialect());
      return { contender, server, room, saturated: [] as Load[], paced: undefined as Load | undefined };
    }),
  );
  for (const { room, server } of running) await saturate(room, server, { ...size, ms: 1_000 }); // warm up
  for (let round = 0; round < rounds; round++) {
    for (const { room, server, saturated } of running) {
      saturated.push(await saturate(room, server, { ...size, ms: saturatedMs }));
    }
  }
  const perSecond = pacedDeliveries / size.members;
  for (const one of running) {
    one.paced = await pace(one.room, one.server, { ...size, perSecond, ms: pacedMs });
  }
  for (const { room, server } of running) {
    room.leave();
    await server.stop();
  }
  return running;
}

function row(size: (typeof sizes)[number], { contender, saturated, paced }: Measured, base: number): string {
  const rate = median(saturated.map((load) => load.rate));
  const all = saturated.flatMap((load) => load.latencies);
  const calm = paced?.latencies ?? [];
  return [
    size.members,
    contender.name,
    rate.toFixed(0),
    (rate / base).toFixed(1),
    median(saturated.map((load) => load.cpu)).toFixed(2),
    `${quantile(all, 0.5).toFixed(1)} / ${quantile(all, 0.99).toFixed(1)}`,
    `${quantile(calm, 0.5).toFixed(2)} / ${quantile(calm, 0.99).toFixed(2)}`,
    (paced?.cpu ?? Number.NaN).toFixed(1),
  ].join(' | ');
}

/** Deliveries of 200-byte messages to rooms of three sizes, ours beside three broadcasts that keep nothing. */
export async function benchDelivery(pinned: boolean): Promise<void> {
  console.log(
    `\nDelivery of 200-byte messages (${pinned ? 'server on core 0, all members on core 1' : 'not pinned'}; ` +
      `medians of ${rounds} rounds at saturation; calm: ${pacedDeliveries} deliveries/s)\n`,
  );
  console.log(
    'members | server | deliveries/s | ratio | CPU µs each | p50 / p99 ms | calm p50 / p99 ms | calm CPU µs each',
  );
  for (const size of sizes) {
    const measured = await measureAll(size, pinned);
    const base = median(measured[0]?.saturated.map((load) => load.rate) ?? []);
    for (const one of measured) console.log(row(size, one, base));
  }
}
