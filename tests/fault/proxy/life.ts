import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RelayRequest, Row } from '@otr/protocol';
import { startRelay } from '@otr/relay';
import { fileStore, memoryStore, newId, Person } from '../../../packages/proxy/test/chat/person.ts';
import { startTamperingRelay } from '../../hostile/tamperingRelay.ts';
import { temporaryFolder } from '../../processes.ts';
import { Generations } from './generations.ts';
import type { Moment, Task } from './task.ts';

export type Role = 'makes the room' | 'joins the room';

export interface Life {
  /** Steps of the run that was not killed, in order, from its start. */
  steps: string[];
  /** Moments that no run came to. */
  notReached: Moment[];
  /** What is wrong with what the three people have; nothing is the good answer. */
  wrong: string[];
  generations: Generations;
  messages: number;
}

const interval = 60;

/**
 * Vera's proxy is killed at each of these moments, one run after the other, while three people talk; then it ends its
 * task. Bob and Cleo run on.
 */
export async function live(role: Role, moments: readonly Moment[]): Promise<Life> {
  const folder = temporaryFolder();
  const relay = await startRelay({ host: '127.0.0.1', port: 0, data: join(folder.path, 'relay') });
  const wire = await startTamperingRelay(relay.url);
  const sent: Uint8Array[] = [];
  wire.watch((event, request) => {
    if (event === 'append' || event === 'commit') {
      sent.push(Buffer.from((request as RelayRequest<'append' | 'commit'>).body));
    }
  });
  const generations = new Generations();
  const store = memoryStore();
  const bob = new Person({
    relayUrl: relay.url,
    name: 'Bob',
    store,
    afterStep: (step) => {
      if (step === 'joined' || step === 'received') generations.learn(store);
    },
  });
  const cleo = new Person({ relayUrl: relay.url, name: 'Cleo' });
  const said: string[] = [];
  const notReached: Moment[] = [];
  let talking: NodeJS.Timeout | undefined;
  let steps: string[] = [];
  let room = '';
  try {
    let link: string | null = null;
    if (role === 'joins the room') {
      room = await bob.create('Garden');
      await cleo.joins(bob, room);
      ({ link } = await bob.ask('invite', { room }));
      link = behind(link, wire.url);
    }
    const heard = (told: { room?: string; link?: string }) => {
      if (told.room !== undefined) room = told.room;
      if (told.link === undefined || role === 'joins the room') return;
      const honest = behind(told.link, relay.url);
      for (const each of [bob, cleo]) void each.ask('joinRoom', { link: honest });
    };
    let count = 0;
    talking = setInterval(() => {
      for (const each of [bob, cleo]) {
        // What is said before all are there is not for all.
        const summary = each.room(room);
        if (summary?.state !== 'joined' || summary.memberCount !== 3 || count >= 120) continue;
        count += 1;
        void each.says(room, `line ${count}`).then((id) => said.push(id));
        // A commit of another, now and then: what Vera has sealed or committed meanwhile is for a former epoch.
        if (count % 8 === 0) void each.ask('setTimer', { room, disappearAfter: 86_400_000 + count });
      }
    }, interval);
    for (const [run, killAt] of [...moments, null].entries()) {
      const says = Array.from({ length: 3 }, (_, n) => ({ id: newId(), text: `vera ${run}.${n}` }));
      const task: Task = {
        ...{ profile: join(folder.path, 'vera'), relay: wire.url, steps: join(folder.path, 'steps') },
        ...{ link, members: 3, says, rename: `Garden ${run}`, killAt },
      };
      writeFileSync(task.steps, '');
      const signal = await runVictim(task, heard);
      steps = readFileSync(task.steps, 'utf8').split('\n').slice(0, -1);
      if (killAt && signal !== 'SIGKILL') notReached.push(killAt);
      // What a killed proxy had not stored is asked for again by whoever wrote it, under the same id.
      if (signal === 'SIGKILL') await runVictim({ ...task, killAt: null }, heard);
      said.push(...says.map(({ id }) => id));
    }
    clearInterval(talking);
    for (const each of [bob, cleo]) await each.settles(room);
    const vera = await timelineOf(join(folder.path, 'vera'), wire.url, room, said);
    const timelines = [vera];
    for (const each of [bob, cleo]) {
      await each.until(async () => hasAll(await each.rows(room), said));
      timelines.push(await each.rows(room));
    }
    generations.look(sent);
    return { steps, notReached, wrong: audit(said, timelines), generations, messages: said.length };
  } finally {
    clearInterval(talking);
    for (const each of [bob, cleo]) await each.close();
    await wire.close();
    await relay.close();
    folder.remove();
  }
}

function behind(link: string, url: string): string {
  return link.replace(/^otr:[^/]+/, `otr:${new URL(url).host}`);
}

function runVictim(task: Task, heard: (told: { room?: string; link?: string }) => void) {
  const child: ChildProcess = fork(join(import.meta.dirname, 'victim.ts'), [], {
    env: { ...process.env, TASK: JSON.stringify(task) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.on('message', heard);
  return new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.on('exit', (code, signal) => {
      if (code !== null && code !== 0)
        reject(new Error(`the victim failed at ${JSON.stringify(task.killAt)}`));
      else resolve(signal);
    });
  });
}

/** Opens the profile once more, and reads what is in it when all is there. */
async function timelineOf(profile: string, relayUrl: string, room: string, said: readonly string[]) {
  const vera = new Person({ relayUrl, store: fileStore(profile) });
  await vera.until(async () => hasAll(await vera.rows(room), said));
  await vera.settles(room);
  const rows = await vera.rows(room);
  await vera.close();
  return rows;
}

function hasAll(rows: readonly Row[], ids: readonly string[]): boolean {
  const there = new Set(rows.map(({ id }) => id));
  return ids.every((id) => there.has(id));
}

/** Compares the timelines of three people from the moment that all were in the room. */
export function audit(said: readonly string[], timelines: readonly (readonly Row[])[]): string[] {
  const wrong: string[] = [];
  const wanted = new Set(said);
  const orders = timelines.map((rows) => rows.flatMap((row) => (row.kind === 'message' ? [row.id] : [])));
  const [first = []] = orders;
  for (const [index, order] of orders.entries()) {
    const shown = new Set(order);
    const lost = said.filter((id) => !shown.has(id));
    if (lost.length > 0) wrong.push(`timeline ${index} lost ${lost.length}`);
    if (shown.size < order.length) wrong.push(`timeline ${index} shows some twice`);
    if (order.some((id) => !wanted.has(id))) wrong.push(`timeline ${index} shows what nobody said`);
    if (order.join() !== first.join()) wrong.push(`timeline ${index} has another order`);
    for (const row of timelines[index] ?? []) {
      if (row.kind === 'alarm' || row.kind === 'refused') wrong.push(`timeline ${index}: ${row.problem}`);
    }
  }
  return wrong;
}
