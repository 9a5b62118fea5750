import { setTimeout as wait } from 'node:timers/promises';
import type { Room } from './room.ts';
import type { BenchServer } from './server.ts';

/** What a room did in a while. */
export interface Load {
  /** Deliveries a second. */
  rate: number;
  /** CPU time of the server process for each delivery, in microseconds. */
  cpu: number;
  /** Milliseconds from sending to delivery, of the timed members. */
  latencies: number[];
}

/** Each of the senders keeps so many messages in flight, for so long. */
export async function saturate(
  room: Room,
  server: BenchServer,
  { senders, inFlight, ms }: { senders: number; inFlight: number; ms: number },
): Promise<Load> {
  let isOver = false;
  let due = 0;
  const drained = Promise.withResolvers<void>();
  room.onDone = (sender, messages) => {
    due -= messages;
    if (isOver && due === 0) drained.resolve();
    if (isOver) return;
    due += messages;
    room.send(sender, messages);
  };
  for (let sender = 0; sender < senders; sender++) {
    due += inFlight;
    room.send(sender, inFlight);
  }
  await wait(ms / 4); // until it is under way
  const load = await measure(room, server, ms);
  isOver = true;
  await drained.promise;
  room.onDone = () => {};
  return load;
}

/** So many messages a second, by one sender after the other. */
export async function pace(
  room: Room,
  server: BenchServer,
  { senders, perSecond, ms }: { senders: number; perSecond: number; ms: number },
): Promise<Load> {
  room.time('all');
  let sender = 0;
  const timer = setInterval(() => {
    room.send(sender, 1);
    sender = (sender + 1) % senders;
  }, 1_000 / perSecond);
  await wait(Math.min(1_000, ms / 4));
  const load = await measure(room, server, ms);
  clearInterval(timer);
  await wait(200);
  room.time('some');
  return load;
}

async function measure(room: Room, server: BenchServer, ms: number): Promise<Load> {
  const latencies: number[] = [];
  let delivered = 0;
  const before = await server.usage();
  room.onDelivered = (messages) => {
    delivered += messages;
  };
  room.onTimed = (took) => latencies.push(took);
  const start = performance.now();
  await wait(ms);
  const seconds = (performance.now() - start) / 1_000;
  room.onDelivered = () => {};
  room.onTimed = () => {};
  // A busy server answers late: what it used until then is told by its own clock.
  const after = await server.usage();
  const rate = delivered / seconds;
  const busy = (after.cpu - before.cpu) / (after.at - before.at);
  return { rate, cpu: (busy * 1e6) / rate, latencies };
}
