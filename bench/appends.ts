import { setTimeout as wait } from 'node:timers/promises';
import { median } from './figures.ts';
import { relayRoom } from './relayMember.ts';
import { Room } from './room.ts';
import { BenchServer } from './server.ts';

const inFlight = 2_000;
const rounds = 5;
const roundMs = 1_500;

/** Acknowledged appends a second, through the wire: each room has one member, who keeps its share in flight. */
async function appendsPerSecond(rooms: readonly Room[]): Promise<number> {
  const each = inFlight / rooms.length;
  let isOver = false;
  let done = 0;
  let due = inFlight;
  const drained = Promise.withResolvers<void>();
  for (const room of rooms) {
    room.onDone = (sender, messages) => {
      done += messages;
      if (isOver) due -= messages;
      if (due === 0) drained.resolve();
      if (!isOver) room.send(sender, messages);
    };
    room.send(0, each);
  }
  await wait(roundMs / 4);
  const [before, start] = [done, performance.now()];
  await wait(roundMs);
  const rate = ((done - before) / (performance.now() - start)) * 1_000;
  isOver = true;
  await drained.promise;
  return rate;
}

/** Durable appends a second of one relay on SQLite, each acknowledged when it is on disk. */
export async function benchAppends(pinned: boolean): Promise<void> {
  console.log(`\nDurable appends of 200 bytes through the wire (median of ${rounds} rounds)\n`);
  console.log('rooms | appends/s');
  for (const count of [1, 100]) {
    const server = await BenchServer.start(['relayServer.ts'], pinned);
    const rooms: Room[] = [];
    while (rooms.length < count) rooms.push(await Room.enter(server.url, 1, relayRoom()));
    const rates: number[] = [];
    for (let round = 0; round < rounds; round++) rates.push(await appendsPerSecond(rooms));
    console.log(`${count} | ${median(rates).toFixed(0)}`);
    for (const room of rooms) room.leave();
    await server.stop();
  }
}
