import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isMissing, type PostgresService, startPostgres } from '../../../tests/services.ts';
import { silent } from '../src/log.ts';
import { StartRefused } from '../src/startRefused.ts';
import { checkPostgres } from '../src/storage/postgres/check.ts';
import { Lane } from '../src/storage/postgres/lane.ts';
import { openPostgres } from '../src/storage/postgres/open.ts';
import { type Storage, StorageFailure, type StorageLimits } from '../src/storage/storage.ts';
import type { Write } from '../src/storage/write.ts';
import { afterTest } from './afterTest.ts';
import { roomy } from './storageContract/roomy.ts';
import { storageContract } from './storageContract.ts';
import { commit, create, fetchAll, headOf, message, openRoom, roomWithMessage } from './storedRoom.ts';

describe.skipIf(isMissing('PostgreSQL'))('PostgreSQL', () => {
  let server: PostgresService;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  async function opened(limits: StorageLimits = roomy, url?: string): Promise<Storage> {
    const storage = await openPostgres(url ?? (await server.createDatabase()), limits, silent);
    afterTest(() => storage.close());
    return storage;
  }

  /** A connection of the test's own, to look and to damage. */
  function direct(url: string) {
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    afterTest(() => sql.end());
    return sql;
  }

  storageContract('PostgreSQL', opened);

  test('what was written is there when the database is opened again', async () => {
    const url = await server.createDatabase();
    const first = await openPostgres(url, roomy, silent);
    const { room } = await roomWithMessage(first);
    await first.close();
    const again = await opened(roomy, url);
    expect(await headOf(again, room)).toBe(1);
  });

  test('[L2] a commit waits for the disk, and a server that does not write to it is warned of', async () => {
    const url = await server.createDatabase();
    const lane = new Lane(url);
    afterTest(() => lane.close());
    const settings = await lane.run((sql) => sql`SELECT current_setting('synchronous_commit') AS value`);
    expect(settings[0]).toEqual({ value: 'on' });
    const careless = await startPostgres(['fsync=off']);
    afterTest(() => careless.stop());
    const events: string[] = [];
    const storage = await openPostgres(careless.url, roomy, (event) => events.push(event));
    await storage.close();
    expect(events).toEqual(['postgresFsyncOff']);
  });

  test('the schema is made once by nodes that start at the same time', async () => {
    const url = await server.createDatabase();
    const nodes = await Promise.all(Array.from({ length: 4 }, () => opened(roomy, url)));
    for (const node of nodes) expect(await headOf(node, (await roomWithMessage(node)).room)).toBe(1);
    expect(await direct(url)`SELECT version FROM schema_version`).toEqual([{ version: 1 }]);
  });

  test('a database of a newer relay is refused with a sentence', async () => {
    const url = await server.createDatabase();
    await (await openPostgres(url, roomy, silent)).close();
    await direct(url)`UPDATE schema_version SET version = version + 1`;
    await expect(openPostgres(url, roomy, silent)).rejects.toMatchObject({ code: 'dataTooNew' });
    await expect(checkPostgres(url)).rejects.toMatchObject({ code: 'dataUnusable' });
  });

  test('a database that cannot be used is refused without its url, host or password', async () => {
    const { port } = new URL(server.url);
    const urls = [
      `postgres://postgres:geheim@127.0.0.1:1/postgres`,
      `postgres://postgres:geheim@127.0.0.1:${port}/nowhere`,
      `postgres://nobody:geheim@127.0.0.1:${port}/postgres`,
      'geheim',
    ];
    for (const url of urls) {
      const refusal = await openPostgres(url, roomy, silent).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(StartRefused);
      expect(refusal).toMatchObject({ code: 'dataUnusable' });
      expect(String(refusal)).not.toMatch(/geheim|127\.0\.0\.1|nobody|nowhere/);
    }
  });

  test('a session that does not answer is given up, and the next one works', async () => {
    const lane = new Lane(server.url, 300);
    afterTest(() => lane.close());
    await expect(lane.run((sql) => sql`SELECT pg_sleep(60)`)).rejects.toBeInstanceOf(StorageFailure);
    expect(await lane.run((sql) => sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
  });

  test('a transaction whose session ends takes nothing with it into the next', async () => {
    const url = await server.createDatabase();
    const lane = new Lane(url);
    afterTest(() => lane.close());
    await lane.run((sql) => sql`CREATE TABLE t (n INTEGER)`);
    for (let n = 0; n < 5; n += 1) {
      const failing = lane.transaction(async (sql) => {
        const [self] = await sql<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
        await direct(url)`SELECT pg_terminate_backend(${self?.pid ?? 0})`;
        await sql`INSERT INTO t VALUES (1)`;
      });
      await expect(failing).rejects.toBeInstanceOf(StorageFailure);
      await lane.transaction((sql) => sql`INSERT INTO t VALUES (2)`);
    }
    expect(await direct(url)`SELECT n, count(*)::int AS times FROM t GROUP BY n`).toEqual([
      { n: 2, times: 5 },
    ]);
  });

  test('[L1] [L3] [L8] appends by one statement do what the general way does', async () => {
    const limits = { ...roomy, logBytesPerRoom: 2_500 };
    const [plain, general] = [await opened(limits), await opened(limits)];
    await fc.assert(
      fc.asyncProperty(batches, (acts) => agree(plain, general, acts)),
      { numRuns: 40 },
    );
  }, 60_000);

  test('a check counts what there is and finds what is wrong', async () => {
    const url = await server.createDatabase();
    const storage = await opened(roomy, url);
    const { room } = await openRoom(storage);
    await storage.write([message(room, 0), commit(room, 0), message(room, 1)], 1);
    expect(await checkPostgres(url)).toEqual({ rooms: 1, entries: 3, problems: [] });
    await direct(url)`DELETE FROM entries WHERE seq = 2`;
    await direct(url)`UPDATE entries SET packed = '\\x00' WHERE seq = 3`;
    const { problems } = await checkPostgres(url);
    expect(problems.join(' ')).toMatch(/holes in their log.*another size.*cannot be read/);
  });
});

/** What somebody does in one of four rooms: the last one does not exist, the one before has had no commit. */
const act = fc.record({
  room: fc.nat(3),
  id: fc.nat(20),
  epoch: fc.constantFrom(1, 1, 1, 0),
  access: fc.constantFrom(1, 1, 1, 0),
  byRelay: fc.boolean(),
  bytes: fc.constantFrom(10, 100, 400, 3_000),
});
const batches = fc.array(fc.array(act, { maxLength: 10 }), { maxLength: 5 });
type Act = typeof act extends fc.Arbitrary<infer Value> ? Value : never;

async function agree(plain: Storage, general: Storage, acts: Act[][]): Promise<void> {
  const rooms = Array.from({ length: 4 }, () => randomBytes(16));
  const [one = randomBytes(16), two = one, three = one] = rooms;
  const opening: Write[] = [create(one), create(two), commit(one, 0), commit(two, 0)];
  opening.push(create(three), message(three, 0));
  for (const storage of [plain, general]) await storage.write(opening, 1);
  const ids = Array.from({ length: 21 }, () => randomBytes(16));
  for (const batch of acts) {
    const writes = batch.map((one) => appendOf(one, rooms, ids));
    // A write of another kind, that changes nothing, makes the batch one that is not plain.
    const otherwise = await general.write([...writes, create(randomBytes(16))], 2);
    expect(await plain.write(writes, 2)).toEqual(otherwise.slice(0, -1));
  }
  for (const room of rooms) {
    expect(await plain.snapshot(room, 1)).toEqual(await general.snapshot(room, 1));
    expect(await fetchAll(plain, room)).toEqual(await fetchAll(general, room));
    expect(await headOf(plain, room)).toEqual(await headOf(general, room));
  }
}

function appendOf({ room, id, epoch, access, byRelay, bytes }: Act, rooms: Buffer[], ids: Buffer[]): Write {
  const [to = randomBytes(16), name = randomBytes(16)] = [rooms[room], ids[id]];
  const by = byRelay ? 'relay' : { access };
  return { ...message(to, epoch), id: name, by, body: Buffer.alloc(bytes, id) };
}
