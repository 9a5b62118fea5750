import { randomBytes } from 'node:crypto';
import { decodeEntries, seqOf } from '@otr/protocol';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Fanout, FanoutListener, RoomEvent } from '../src/fanout/fanout.ts';
import { silent } from '../src/log.ts';
import { Metrics } from '../src/metrics.ts';
import { defaultLimits } from '../src/options.ts';
import { RoomFeed } from '../src/roomFeed.ts';
import { type Listener, RoomLive } from '../src/roomLive.ts';
import { openSqlite } from '../src/storage/sqlite/open.ts';
import { type Storage, StorageFailure } from '../src/storage/storage.ts';
import { afterTest } from './testRelay.ts';

const by = { access: 0 };

/** What becomes of an event on its way to another node. */
type Fate = 'arrives' | 'is lost' | 'comes late';

/** Nodes on one store; `fate` says what becomes of each event between them. */
async function nodes(
  count: number,
  fate: () => Fate = () => 'arrives',
  watch = (storage: Storage) => storage,
) {
  const storage = openSqlite(':memory:', defaultLimits);
  afterTest(() => storage.close());
  const room = randomBytes(16);
  await storage.write([{ kind: 'createRoom', room, accessKey: randomBytes(32) }], 1);
  const listeners: FanoutListener[] = [];
  const late: (() => void)[] = [];
  const fanoutOf = (own: number): Fanout => ({
    publish: (event: RoomEvent) => {
      for (const [node, listener] of listeners.entries()) {
        if (node === own) continue;
        const arrive = () => listener(event);
        const what = fate();
        if (what === 'arrives') arrive();
        else if (what === 'comes late') late.push(arrive);
      }
    },
    onEvent: (listener) => listeners.push(listener),
    join: async () => {},
    leave: () => {},
    isHealthy: true,
    close: async () => {},
  });
  const made = await Promise.all(
    Array.from({ length: count }, (_, own) => node(fanoutOf(own), watch(storage), room)),
  );
  /** One entry, appended at this node. */
  const append = async (at: number) => {
    const body = randomBytes(20);
    const message = {
      kind: 'append' as const,
      room,
      id: randomBytes(16),
      epoch: 0,
      seen: 0,
      slices: [],
      body,
    };
    const [written] = await storage.write([{ ...message, by }], 1);
    if (written?.outcome !== 'appended') throw new Error('not appended');
    made[at]?.feed.appended(room, [written.entry]);
  };
  const arriveLate = () => {
    for (const arrive of late.splice(0).reverse()) arrive();
  };
  return { storage, room, made, append, arriveLate };
}

async function node(fanout: Fanout, storage: Storage, room: Buffer) {
  const live = new RoomLive();
  const feed = new RoomFeed({ storage, fanout, live, log: silent, metrics: new Metrics() });
  afterTest(() => feed.stop());
  fanout.onEvent((event) => {
    if (event.kind === 'entries') feed.told(event.room, event.last, event.packed);
  });
  const seen: number[] = [];
  await feed.join(room);
  live.enter(collector(seen), room, { access: 0, after: 0, keys: [] });
  feed.entered(room, 0, 0);
  feed.release(room, 'joining');
  return { live, feed, seen };
}

/** A connection that keeps the `seq` of everything that it is sent. */
function collector(seen: number[]): Listener {
  return {
    id: 'collector',
    sendLive: () => {},
    sendEntries: (_room, frame) => {
      const { entries } = decodeEntries(payloadOf(frame));
      seen.push(...entries.map(seqOf));
    },
  };
}

/** Of an unmasked WebSocket frame (RFC 6455 §5.2). */
function payloadOf(frame: Buffer): Buffer {
  const length = (frame[1] ?? 0) & 0x7f;
  return frame.subarray(length === 126 ? 4 : length === 127 ? 10 : 2);
}

const upTo = (head: number) => Array.from({ length: head }, (_, n) => n + 1);

test('[L12] two nodes deliver one order, whichever appends', async () => {
  const { made, append } = await nodes(2);
  for (let n = 0; n < 20; n += 1) await append(n % 2);
  for (const { seen } of made) expect(seen).toEqual(upTo(20));
});

test('[L12] whatever is lost or comes late between nodes, each delivers every entry once and in order', async () => {
  const fates = fc.array(fc.constantFrom<Fate>('arrives', 'is lost', 'comes late'), {
    minLength: 40,
    maxLength: 40,
  });
  const property = fc.asyncProperty(
    fates,
    fc.array(fc.nat(2), { minLength: 20, maxLength: 20 }),
    async (plan, at) => {
      let next = 0;
      const { made, append, arriveLate, storage, room } = await nodes(
        3,
        () => plan[next++ % plan.length] ?? 'arrives',
      );
      for (const [index, node] of at.entries()) {
        await append(node);
        if (index % 5 === 4) arriveLate();
      }
      arriveLate();
      // What polling does.
      const [newest] = await storage.heads([room]);
      for (const { feed } of made) feed.told(room, newest?.head ?? 0);
      for (const { seen } of made) await vi.waitFor(() => expect(seen).toEqual(upTo(20)), { interval: 1 });
    },
  );
  await fc.assert(property, { numRuns: 25 });
});

test('negative control: without the log, what was lost is missing', async () => {
  const { made, append } = await nodes(
    2,
    () => 'is lost',
    (storage) => ({ ...storage, fetch: async () => ({ entries: [], head: 0, floor: 1 }) }),
  );
  await append(0);
  await append(0);
  expect(made.map(({ seen }) => seen)).toEqual([[1, 2], []]);
});

test('a store that fails while the log is read loses nothing: the next word of it is followed', async () => {
  let fails = true;
  const { made, append, room } = await nodes(
    2,
    () => 'is lost',
    (storage) => ({
      ...storage,
      fetch: async (request) => {
        if (fails) throw new StorageFailure('gone');
        return await storage.fetch(request);
      },
    }),
  );
  await append(0);
  const [, other] = made;
  other?.feed.told(room, 1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(other?.seen).toEqual([]);
  fails = false;
  other?.feed.told(room, 1);
  await vi.waitFor(() => expect(other?.seen).toEqual([1]), { interval: 1 });
});

test('who enters later is told only of what comes after its snapshot', async () => {
  const { made, append, room } = await nodes(1);
  await append(0);
  await append(0);
  const [node] = made;
  const seen: number[] = [];
  await node?.feed.join(room);
  node?.live.enter(collector(seen), room, { access: 0, after: 3, keys: [] });
  expect(node?.feed.entered(room, 1, 0)).toBe(true);
  await append(0);
  await append(0);
  expect(seen).toEqual([4]);
});

test('[A4] [L6] somebody proves a later epoch before its commit is delivered: the others get everything up to it', async () => {
  const { made, append, room } = await nodes(1);
  const [node] = made;
  node?.live.opened(room, 1);
  await append(0);
  await append(0);
  expect(node?.seen).toEqual([1, 2]);
});
