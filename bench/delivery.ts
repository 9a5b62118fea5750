import { median, quantile } from './figures.ts';
import { enterPlainRoom, enterRelayRoom, type Room } from './rooms.ts';
import { startServer } from './server.ts';

type Size = { members: number; throughputMessages: number; inFlight: number; latencyMessages: number };

const sizes: Size[] = [
  { members: 10, throughputMessages: 4_000, inFlight: 64, latencyMessages: 300 },
  { members: 100, throughputMessages: 600, inFlight: 32, latencyMessages: 100 },
  { members: 1_000, throughputMessages: 60, inFlight: 8, latencyMessages: 20 },
];
const runs = 3;

/** Sends `count` messages with `inFlight` of them unacknowledged; seconds until the last member has the last. */
async function secondsFor(room: Room, count: number, inFlight: number): Promise<number> {
  let received = 0;
  const expected = count * (room.members - 1);
  const start = performance.now();
  const allReceived = new Promise<void>((resolve) => {
    room.onDelivery = () => {
      received += 1;
      if (received === expected) resolve();
    };
  });
  let next = 0;
  const lane = async () => {
    while (next < count) {
      next += 1;
      await room.send();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  await allReceived;
  return (performance.now() - start) / 1_000;
}

/** One message at a time, each after everyone has the one before: milliseconds of each delivery. */
async function latencies(room: Room, count: number): Promise<number[]> {
  const all: number[] = [];
  for (let message = 0; message < count; message++) {
    let received = 0;
    const start = performance.now();
    const everyone = new Promise<void>((resolve) => {
      room.onDelivery = () => {
        all.push(performance.now() - start);
        received += 1;
        if (received === room.members - 1) resolve();
      };
    });
    await Promise.all([room.send(), everyone]);
  }
  return all;
}

async function measure(room: Room, size: Size) {
  await secondsFor(room, Math.ceil(size.throughputMessages / 4), size.inFlight); // warm up
  const rates: number[] = [];
  for (let run = 0; run < runs; run++) {
    const seconds = await secondsFor(room, size.throughputMessages, size.inFlight);
    rates.push((size.throughputMessages * (size.members - 1)) / seconds);
  }
  const times = await latencies(room, size.latencyMessages);
  return { rate: median(rates), p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

async function measureBoth(size: Size, pinned: boolean) {
  const plainServer = await startServer('plainServer.ts', pinned);
  const plainRoom = await enterPlainRoom(plainServer.url, size.members);
  const plain = await measure(plainRoom, size);
  plainRoom.leave();
  await plainServer.stop();

  const relay = await startServer('relayServer.ts', pinned);
  const relayRoom = await enterRelayRoom(relay.url, size.members);
  const ours = await measure(relayRoom, size);
  relayRoom.leave();
  await relay.stop();
  return { plain, ours };
}

/** Deliveries/s and latency through our relay (durable, one order, slices) and through a plain broadcast. */
export async function benchDelivery(pinned: boolean): Promise<void> {
  console.log(
    `\nDelivery: the relay (each message ordered, on disk, a slice for each) beside a plain Socket.IO broadcast\n` +
      `(WebSocket, msgpack parser; ${pinned ? 'server on core 0, all members on core 1' : 'not pinned'}; median of ${runs} runs)\n`,
  );
  console.log('members | server | deliveries/s | ratio | p50 ms | p99 ms');
  for (const size of sizes) {
    const { plain, ours } = await measureBoth(size, pinned);
    for (const [name, figures] of [['plain', plain] as const, ['relay', ours] as const]) {
      const ratio = (figures.rate / plain.rate).toFixed(2);
      console.log(
        `${size.members} | ${name} | ${figures.rate.toFixed(0)} | ${ratio} | ${figures.p50.toFixed(2)} | ${figures.p99.toFixed(2)}`,
      );
    }
  }
}
