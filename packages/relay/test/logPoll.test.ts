import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { keepPolling, type PollTimes } from '../src/logPoll.ts';
import { StorageFailure } from '../src/storage/storage.ts';
import { afterTest } from './afterTest.ts';

const oneRoom = randomBytes(16);

type Told = { room: Uint8Array; head: number };

/** Polls a store that answers by `heads`. */
function polled(options: {
  isHealthy?: boolean;
  rooms?: () => Uint8Array[];
  heads?: (rooms: readonly Uint8Array[]) => Promise<Told[]>;
  times: PollTimes;
}) {
  const fanout = { isHealthy: options.isHealthy ?? false };
  const [asked, told, log]: [number[], Told[], string[]] = [[], [], []];
  const stop = keepPolling({
    storage: {
      heads: async (some) => {
        asked.push(some.length);
        return options.heads ? options.heads(some) : some.map((room) => ({ room, head: 7 }));
      },
    },
    fanout,
    rooms: options.rooms ?? (() => [oneRoom]),
    behind: (room, head) => told.push({ room, head }),
    log: (event) => log.push(event),
    times: options.times,
  });
  afterTest(stop);
  return { fanout, asked, told, log, stop };
}

const eventually = (read: () => unknown) => expect.poll(read, { timeout: 15_000, interval: 2 });
const never = 2 ** 30;

test('[L12] while the fan-out is not healthy the log is asked again and again', async () => {
  const { told } = polled({ times: { unhealthyMs: 1, healthyMs: never } });
  await eventually(() => told.length).toBeGreaterThan(3);
  expect(told[0]).toEqual({ room: oneRoom, head: 7 });
});

test('[L12] when it is healthy again the log is still asked, since others may not be', async () => {
  const { fanout, asked } = polled({ times: { unhealthyMs: 1, healthyMs: never } });
  await eventually(() => asked.length).toBeGreaterThan(0);
  fanout.isHealthy = true;
  const then = asked.length;
  await eventually(() => asked.length).toBeGreaterThan(then + 2);
});

test('[L12] while the fan-out is healthy the log is asked too', async () => {
  const { asked } = polled({ isHealthy: true, times: { unhealthyMs: 1, healthyMs: 20 } });
  await eventually(() => asked.length).toBeGreaterThan(2);
});

test('a healthy fan-out leaves the log alone in between, until it is healthy no longer', async () => {
  const { fanout, asked } = polled({ isHealthy: true, times: { unhealthyMs: 1, healthyMs: never } });
  let turns = 0;
  const isHealthy = {
    get: () => {
      turns += 1;
      return turns < 50;
    },
  };
  Object.defineProperty(fanout, 'isHealthy', isHealthy);
  await eventually(() => asked.length).toBeGreaterThan(0);
  expect(turns).toBeGreaterThanOrEqual(50);
});

test('a thousand rooms are one question', async () => {
  const rooms = Array.from({ length: 2_500 }, () => randomBytes(16));
  const { asked, told } = polled({ rooms: () => rooms, times: { unhealthyMs: 1, healthyMs: never } });
  await eventually(() => told.length).toBeGreaterThanOrEqual(rooms.length);
  expect(asked.slice(0, 3)).toEqual([1_000, 1_000, 500]);
  expect(told.slice(0, rooms.length).map(({ room }) => room)).toEqual(rooms);
});

test('without rooms nothing is asked', async () => {
  let turns = 0;
  const { asked } = polled({
    rooms: () => {
      turns += 1;
      return [];
    },
    times: { unhealthyMs: 1, healthyMs: never },
  });
  await eventually(() => turns).toBeGreaterThan(3);
  expect(asked).toEqual([]);
});

test('a store that fails is said once each time, and asked on', async () => {
  let question = 0;
  const { log, told } = polled({
    times: { unhealthyMs: 1, healthyMs: never },
    heads: async ([room]) => {
      question += 1;
      if (question !== 4) throw new StorageFailure('the store is gone');
      return room ? [{ room, head: 1 }] : [];
    },
  });
  await eventually(() => question).toBeGreaterThan(8);
  expect(log).toEqual(['storageFailed', 'storageFailed']);
  expect(told).toHaveLength(1);
});

test('what is answered after the end tells nobody', async () => {
  let answer: (() => void) | undefined;
  const { stop, told, asked } = polled({
    times: { unhealthyMs: 1, healthyMs: never },
    heads: ([room]) =>
      new Promise((resolve) => {
        answer = () => resolve(room ? [{ room, head: 1 }] : []);
      }),
  });
  await eventually(() => answer).toBeDefined();
  stop();
  answer?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect([told, asked.length]).toEqual([[], 1]);
});
