import { appendFileSync } from 'node:fs';
import { createChat } from '../../../packages/proxy/src/chatService.ts';
import { silent } from '../../../packages/proxy/src/log.ts';
import { openStore } from '../../../packages/proxy/src/store/store.ts';
import type { Task } from './task.ts';

/** A proxy in a process of its own that does its task, and kills itself at the moment that it is told (see life.ts). */
const task: Task = JSON.parse(process.env['TASK'] ?? '');

const counts = new Map<string, number>();

/** Written before it is acted upon: the one who started us counts the steps too. */
function reach(step: string): void {
  const count = (counts.get(step) ?? 0) + 1;
  counts.set(step, count);
  appendFileSync(task.steps, `${step}\n`);
  if (task.killAt && step === task.killAt.step && count === task.killAt.count) {
    process.kill(process.pid, 'SIGKILL');
  }
}

const opened = openStore({ folder: task.profile, key: new Uint8Array(32).fill(7) }, reach);
if (!opened.ok) throw new Error(opened.message);
const store = opened.value;
const { step } = store;
// The last moment before a step is on disk: all of it is written, nothing committed.
store.step = (change) =>
  step.call(store, () => {
    const value = change();
    reach('beforeCommit');
    return value;
  }) as ReturnType<typeof change>;

const chat = createChat({
  relayUrl: task.relay,
  name: 'Vera',
  store,
  log: silent,
  version: 'test',
  afterStep: reach,
});

async function ask<Event extends Parameters<typeof chat.request>[0]>(
  event: Event,
  request: Parameters<typeof chat.request<Event>>[1],
) {
  const answer = await chat.request(event, request);
  if (!answer.ok) throw new Error(`${event}: ${answer.error.message}`);
  return answer.value;
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const [known] = chat.snapshot().rooms;
const { room } =
  known ??
  (task.link === null
    ? await ask('createRoom', { name: 'Garden' })
    : await ask('joinRoom', { link: task.link }));
process.send?.({ room });
const summary = () => chat.snapshot().rooms.find((each) => each.room === room);
while (summary()?.state !== 'joined') await pause(20);
process.send?.({ link: (await ask('invite', { room })).link });
while ((summary()?.memberCount ?? 0) < task.members) await pause(20);

for (const { id, text } of task.says) {
  await ask('setDraft', { room, text });
  await ask('sendMessage', { room, id, text });
  await ask('markRead', { room, order: Number.MAX_SAFE_INTEGER });
  await pause(30);
}
await ask('renameRoom', { room, name: task.rename });
while (summary()?.queued !== 0 || summary()?.name !== task.rename) await pause(20);
await chat.close();
process.disconnect?.();
