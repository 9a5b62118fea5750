import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test, vi } from 'vitest';
import { startRelay } from '../src/index.ts';
import { afterTest, dataFolder, testClient, testRelay } from './testRelay.ts';
import { testInvite, testRoom } from './testRoom.ts';

async function relayProcess(data: string) {
  const script = join(import.meta.dirname, 'relayProcess.ts');
  const child = spawn(process.execPath, [script, data], { stdio: ['ignore', 'pipe', 'inherit'] });
  afterTest(() => child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  const kill = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { url: String(line).trim(), kill };
}

test('[L2] what was acknowledged is there after kill -9, once and at its place', {
  timeout: 60_000,
}, async () => {
  const folder = dataFolder();
  const room = testRoom();
  const acknowledged = new Map<string, number>();
  for (const killAfter of [1, 57, 300]) {
    const relay = await relayProcess(folder);
    const client = await testClient(relay);
    await client.create(room);
    await client.enter(room);
    const enough = Promise.withResolvers<void>();
    let acks = 0;
    for (let n = 0; n < 500; n += 1) {
      const message = client.message(room, 0);
      client.done('append', message).then(
        ({ seq }) => {
          acknowledged.set(Buffer.from(message.id).toString('hex'), seq);
          acks += 1;
          if (acks === killAfter) enough.resolve();
        },
        // The relay died before it answered.
        () => {},
      );
    }
    await enough.promise;
    await relay.kill();
  }
  const client = await testClient(await testRelay({ data: folder }));
  const { head } = await client.enter(room);
  const stored = new Map<string, number>();
  for (let after = 0; after < head; ) {
    const { entries } = await client.done('fetch', { room: room.room, after, limit: 500 });
    for (const { id, seq } of entries) stored.set(Buffer.from(id).toString('hex'), seq);
    after = entries.at(-1)?.seq ?? head;
  }
  expect([...stored.values()]).toEqual(Array.from({ length: head }, (_, n) => n + 1));
  expect(acknowledged.size).toBeGreaterThanOrEqual(358);
  for (const [id, seq] of acknowledged) expect(stored.get(id)).toBe(seq);
});

test('a relay that is closed and started again on its folder has everything', async () => {
  const folder = dataFolder();
  const room = testRoom();
  const first = await testRelay({ data: folder });
  const a = await testClient(first);
  await a.create(room);
  const key = randomBytes(32);
  await a.enter(room, [key]);
  await a.done('append', a.whisper(room, 0, [key]));
  const before = await a.done('fetch', { room: room.room, after: 0, limit: 9 });
  await first.close();
  await a.disconnected();
  const b = await testClient(await testRelay({ data: folder }));
  await b.enter(room, [key]);
  expect(await b.done('fetch', { room: room.room, after: 0, limit: 9 })).toEqual(before);
});

test('close stores what has arrived and ends the connections in a way that lets proxies come back', async () => {
  const folder = dataFolder();
  const room = testRoom();
  const relay = await testRelay({ data: folder });
  const client = await testClient(relay);
  await client.create(room);
  await client.enter(room);
  const reason = once(client.socket as unknown as NodeJS.EventEmitter, 'disconnect');
  await Promise.all([relay.close(), relay.close()]);
  expect((await reason)[0]).toBe('transport close');
  await expect(fetch(`${relay.url}/healthz`)).rejects.toThrow();
});

test('[N4] the clock of the grace period starts anew when the relay starts', async () => {
  const folder = dataFolder();
  const room = testRoom();
  const cleanup = { intervalMs: 40, graceMs: 3_600_000, answerMs: 10 };
  const first = await startRelay({ host: '127.0.0.1', port: 0, data: folder });
  const [a, invite] = [await testClient(first), testInvite()];
  await a.create(room);
  await a.enter(room);
  await a.done('putInvite', { room: room.room, invite: invite.invite });
  const knock = a.knock(room, invite);
  await a.done('knock', knock);
  await first.close();
  const database = new DatabaseSync(join(folder, 'relay.db'));
  database.exec('UPDATE knocks SET answered_at = 1');
  database.close();
  const b = await testClient(await testRelay({ data: folder, cleanup }));
  await b.enter(room);
  await b.next('keyCleanup', () => b.all('keyCleanup').length >= 5);
  expect((await b.enter(room)).knocks).toMatchObject([{ id: knock.id }]);
});

test('a store that fails is answered storageFailed; the relay lives and later appends work again', async () => {
  const folder = dataFolder();
  const room = testRoom();
  const events: string[] = [];
  const relay = await testRelay({ data: folder, log: (event) => events.push(event) });
  const client = await testClient(relay);
  await client.create(room);
  await client.enter(room);
  const intruder = new DatabaseSync(join(folder, 'relay.db'));
  intruder.exec('BEGIN IMMEDIATE');
  const message = client.message(room, 0);
  expect((await client.refused('append', message)).code).toBe('storageFailed');
  const commit = client.commit(room, 0, testRoom(room.room));
  expect((await client.refused('commit', commit)).code).toBe('storageFailed');
  intruder.exec('ROLLBACK');
  intruder.close();
  expect(await client.done('append', message)).toEqual({ seq: 1 });
  expect(events).toContain('storageFailed');
});

test('a full disk is answered storageFailed and reading goes on', async () => {
  const room = testRoom();
  const relay = await testRelay({ data: dataFolder(), limits: { databaseBytes: 1024 * 1024 } });
  const client = await testClient(relay);
  await client.create(room);
  await client.enter(room);
  const answers = Array.from({ length: 20 }, () =>
    client.ask('append', client.message(room, 0, Buffer.alloc(120_000))),
  );
  const refused = (await Promise.all(answers)).filter((answer) => !answer.ok);
  expect(refused.length).toBeGreaterThan(0);
  expect(new Set(refused.map((answer) => !answer.ok && answer.error.code))).toEqual(
    new Set(['storageFailed']),
  );
  const { entries } = await client.done('fetch', { room: room.room, after: 0, limit: 1 });
  expect(entries).toHaveLength(1);
});

test('old entries are pruned when the relay starts, and the floor tells', async () => {
  const folder = dataFolder();
  const room = testRoom();
  const first = await testRelay({ data: folder });
  const a = await testClient(first);
  await a.create(room);
  await a.enter(room);
  for (let n = 0; n < 2; n += 1) await a.done('append', a.message(room, 0));
  await first.close();
  const database = new DatabaseSync(join(folder, 'relay.db'));
  database.exec('UPDATE runs SET at = 1; UPDATE rooms SET oldest_at = 1');
  database.close();
  const b = await testClient(await testRelay({ data: folder }));
  const pruned = { head: 2, floor: 3 };
  await vi.waitFor(async () => expect(await b.enter(room)).toMatchObject(pruned), { interval: 10 });
  expect(await b.done('fetch', { room: room.room, after: 0, limit: 9 })).toEqual({
    entries: [],
    head: 2,
    floor: 3,
  });
});
