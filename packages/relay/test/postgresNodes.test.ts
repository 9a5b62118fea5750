import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isMissing, type PostgresService, startPostgres } from '../../../tests/services.ts';
import { mapKey } from '../src/bytes.ts';
import { silent } from '../src/log.ts';
import { checkPostgres } from '../src/storage/postgres/check.ts';
import { openPostgres } from '../src/storage/postgres/open.ts';
import { type Storage, StorageFailure } from '../src/storage/storage.ts';
import type { Write } from '../src/storage/write.ts';
import { afterTest } from './afterTest.ts';
import { roomy } from './storageContract/roomy.ts';
import { commit, create, fetchAll, headOf, message, openRoom, seqOf } from './storedRoom.ts';

/** Two relays on one database, and a server that is killed. */
describe.skipIf(isMissing('PostgreSQL'))('PostgreSQL with two nodes', () => {
  let server: PostgresService;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  async function nodes(): Promise<{ one: Storage; other: Storage; url: string }> {
    const url = await server.createDatabase();
    const [one, other] = await Promise.all([
      openPostgres(url, roomy, silent),
      openPostgres(url, roomy, silent),
    ]);
    afterTest(() => Promise.all([one.close(), other.close()]));
    return { one, other, url };
  }

  async function rooms(storage: Storage, count: number): Promise<Buffer[]> {
    const named = Array.from({ length: count }, () => randomBytes(16));
    await storage.write(
      named.map((room) => create(room)),
      1,
    );
    return named;
  }

  test('[L1] [L12] batches of two nodes for the same rooms, in any order and of any kind, leave no holes', async () => {
    const { one, other, url } = await nodes();
    const named = await rooms(one, 20);
    const batch = (turn: number): Write[] => {
      const shuffled = [...named].sort(() => (randomBytes(1)[0] ?? 0) - 128);
      const appends: Write[] = shuffled.flatMap((room) => [message(room, 0), message(room, 0)]);
      // Every third batch goes the general way.
      return turn % 3 === 0 ? [...appends, create(randomBytes(16))] : appends;
    };
    const turns = Array.from({ length: 30 }, (_, turn) => turn);
    const written = await Promise.all(
      [one, other].flatMap((node) => turns.map((turn) => node.write(batch(turn), 1))),
    );
    const seqs = written
      .flat()
      .map(seqOf)
      .filter((seq) => seq !== undefined);
    expect(seqs).toHaveLength(2 * 30 * 40);
    for (const room of named) {
      const log = await fetchAll(other, room);
      expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: 120 }, (_, place) => place + 1));
    }
    expect((await checkPostgres(url)).problems).toEqual([]);
  });

  test('[L3] one id on both nodes at once is appended once', async () => {
    const { one, other } = await nodes();
    const named = await rooms(one, 5);
    for (let turn = 0; turn < 20; turn += 1) {
      const writes = named.map((room) => message(room, 0));
      const [mine, theirs] = await Promise.all([one.write(writes, 1), other.write([...writes].reverse(), 1)]);
      const places = (written: typeof mine) =>
        written.map((outcome) => ('seq' in outcome ? outcome.seq : seqOf(outcome)));
      expect(places(mine)).toEqual(places(theirs).reverse());
      expect(places(mine)).toEqual(named.map(() => turn + 1));
    }
  });

  test('[L8] of two commits for one epoch on two nodes exactly one is appended', async () => {
    const { one, other } = await nodes();
    const { room } = await openRoom(one);
    for (let epoch = 0; epoch < 30; epoch += 1) {
      const raced = await Promise.all(
        [one, other].map((node) => node.write([commit(room, epoch), message(room, epoch)], 1)),
      );
      const commits = raced.map(([first]) =>
        first?.outcome === 'refused' ? first.error.code : first?.outcome,
      );
      expect(commits.sort()).toEqual(['appended', 'epochConflict']);
      const appends = raced.map(([, second]) => second);
      for (const refusal of appends) expect(refusal).toMatchObject({ error: { code: 'epochConflict' } });
    }
    expect(await headOf(one, room)).toBe(30);
  });

  test('two nodes that create one room with different keys have one of them', async () => {
    const { one, other } = await nodes();
    for (let turn = 0; turn < 10; turn += 1) {
      const room = randomBytes(16);
      const raced = await Promise.all([one, other].map((node) => node.write([create(room)], 1)));
      expect(
        raced
          .flat()
          .map(({ outcome }) => outcome)
          .sort(),
      ).toEqual(['refused', 'stored']);
    }
  });

  test('[L11] one node prunes at a time, and each entry is counted once', async () => {
    const { one, other, url } = await nodes();
    const named = await rooms(one, 10);
    await one.write(
      named.flatMap((room) => [message(room, 0), message(room, 0)]),
      1_000,
    );
    const pruneAll = async (node: Storage) => {
      let sum = 0;
      for (let turn = 0; turn < 5; turn += 1) sum += await node.prune(3_000, 1_000);
      return sum;
    };
    const [mine, theirs] = await Promise.all([pruneAll(one), pruneAll(other)]);
    expect(mine + theirs).toBe(20);
    expect((await checkPostgres(url)).problems).toEqual([]);
  });

  test('[L2] what was resolved outlives kill -9 of the server; writes fail meanwhile and work again after', async () => {
    const { one, other, url } = await nodes();
    const { room } = await openRoom(one);
    const acknowledged = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      const writing = [one, other].map((node, place) => writeUntilFailure(node, room, place, acknowledged));
      await expect.poll(() => acknowledged.size).toBeGreaterThan(200 * (round + 1));
      await server.kill();
      for (const failure of await Promise.all(writing)) {
        expect(failure).toBeInstanceOf(StorageFailure);
        expect(String(failure)).not.toMatch(/127\.0\.0\.1|postgres:/);
      }
      await expect(one.ping()).rejects.toBeInstanceOf(StorageFailure);
      await expect(headOf(other, room)).rejects.toBeInstanceOf(StorageFailure);
      await server.start();
      await Promise.all([one.ping(), other.ping()]);
      await one.write([message(room, 0)], 1);
    }
    const stored = await allIds(other, room);
    for (const id of acknowledged) expect(stored).toContain(id);
    expect(new Set(stored).size).toBe(stored.length);
    expect((await checkPostgres(url)).problems).toEqual([]);
  }, 60_000);
});

/** Batches of all kinds, until the store fails after the kill; ids of what it resolved go into `acknowledged`. */
async function writeUntilFailure(
  node: Storage,
  room: Buffer,
  place: number,
  acknowledged: Set<string>,
): Promise<unknown> {
  for (let turn = 0; ; turn += 1) {
    const writes = Array.from({ length: 10 }, () => message(room, 0));
    const others = (turn + place) % 2 === 0 ? [] : [create(randomBytes(16))];
    try {
      await node.write([...writes, ...others], 1);
      for (const { id } of writes) acknowledged.add(mapKey(id));
    } catch (error) {
      return error;
    }
  }
}

async function allIds(node: Storage, room: Buffer): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const request = {
      room,
      access: 'wholeLog',
      after: ids.length,
      limit: 500,
      maxBytes: 2 ** 26,
      keys: [],
    } as const;
    const { entries } = await node.fetch(request);
    if (entries.length === 0) return ids;
    ids.push(...entries.map(({ packed }) => mapKey(packed.subarray(13, 29))));
  }
}
