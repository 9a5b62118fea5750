import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectSocketFile, type LocalClient } from '@otr/client/node';
import { findSocketFile } from '@otr/proxy';
import { openStore } from '../packages/proxy/src/store/store.ts';
import { findVault } from '../packages/proxy/src/vault/vault.ts';
import { startOtr, temporaryFolder } from '../tests/processes.ts';
import { median } from './figures.ts';

const rooms = 50;
const messages = 100_000;
const rounds = 5;
const idleFor = 15_000;

/** How soon a proxy with a history can be used, and what it takes when nobody does. */
export async function benchProxyStart(): Promise<void> {
  const folder = temporaryFolder();
  const relay = await startOtr(['relay', '--data', join(folder.path, 'relay'), '--port', '0']);
  const profile = join(folder.path, 'ann');
  const args = ['up', '--relay', relay.ready['listening'] ?? '', '--profile', profile, '--no-open'];
  await makeRooms([...args, '--name', 'Ann'], profile);
  await fill(profile);
  const page: number[] = [];
  const ready: number[] = [];
  const sent: number[] = [];
  let resident = 0;
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    const running = await startOtr(args);
    page.push(performance.now() - startedAt);
    const client = await connected(profile);
    await allEntered(client);
    ready.push(performance.now() - startedAt);
    sent.push(await timeOfSend(client));
    if (round === rounds - 1) {
      await pause(idleFor);
      resident = residentMiB(running.process.pid ?? 0);
    }
    client.close();
    await running.stop();
  }
  await relay.stop();
  folder.remove();
  console.log(`\n## A proxy with ${rooms} rooms and ${messages} messages\n`);
  console.log(
    `page address after ${median(page).toFixed(0)} ms, all rooms in step after ${median(ready).toFixed(0)} ms`,
  );
  console.log(`first message at the relay ${median(sent).toFixed(0)} ms after it was sent`);
  console.log(`idle for ${idleFor / 1_000} s: ${resident.toFixed(0)} MiB resident`);
}

async function makeRooms(args: string[], profile: string): Promise<void> {
  const running = await startOtr(args);
  const client = await connected(profile);
  for (let n = 0; n < rooms; n += 1) await asked(client, 'createRoom', { name: `Room ${n}` });
  await allEntered(client);
  client.close();
  await running.stop();
}

/** A history as years of talk leave it, written into the profile's own store. */
async function fill(profile: string): Promise<void> {
  const vault = await findVault(profile);
  if (!vault.ok) throw new Error('no vault');
  const opened = await vault.value.open(null);
  if (!opened.ok) throw new Error('a vault that does not open');
  const store = openStore({ folder: profile, key: opened.value });
  if (!store.ok) throw new Error(store.message);
  const all = store.value.rooms.all();
  for (let n = 0; n < messages; n += 1_000) {
    store.value.step(() => {
      for (let m = n; m < n + 1_000; m += 1) {
        const stored = all[m % rooms];
        if (!stored) continue;
        const from = randomBytes(32).toString('base64url');
        store.value.timeline.write(stored.number, {
          ...{ kind: 'message', room: Buffer.from(stored.room).toString('base64url') },
          ...{ id: randomBytes(16).toString('base64url'), order: m - messages, seq: null, at: m },
          ...{ from, name: 'Bob', own: false, text: `message ${m}`, delivery: 'relay' },
        });
      }
    });
  }
  store.value.close();
}

async function connected(profile: string): Promise<LocalClient> {
  const client = await connectSocketFile(await findSocketFile(profile));
  if (!client.ok) throw new Error(client.error.message);
  return client.value;
}

/** Every room has entered at the relay: its own member is online. */
async function allEntered(client: LocalClient): Promise<void> {
  const { rooms: found } = await asked(client, 'getStatus', {});
  for (const { room } of found) {
    for (;;) {
      const { members } = await asked(client, 'getMembers', { room });
      if (members.some(({ self, online }) => self && online)) break;
      await pause(10);
    }
  }
}

async function timeOfSend(client: LocalClient): Promise<number> {
  const [first] = (await asked(client, 'getStatus', {})).rooms;
  if (!first) throw new Error('no room');
  const { room } = first;
  const id = randomBytes(16).toString('base64url');
  const startedAt = performance.now();
  await asked(client, 'sendMessage', { room, id, text: 'first' });
  for (;;) {
    const { rows } = await asked(client, 'getTimeline', { room, from: { at: 'around', id }, limit: 1 });
    if (rows.some((row) => row.kind === 'message' && row.delivery === 'relay')) break;
    await pause(1);
  }
  return performance.now() - startedAt;
}

async function asked<Event extends Parameters<LocalClient['request']>[0]>(
  client: LocalClient,
  event: Event,
  request: Parameters<LocalClient['request']>[1],
) {
  const answer = await client.request(event, request as never);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1_024;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
