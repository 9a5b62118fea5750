import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { type Running, startScript } from './otrProcess.ts';

const script = fileURLToPath(new URL('./endlessProcess.ts', import.meta.url));
const running: Running[] = [];

async function endless(...words: string[]): Promise<Running> {
  const started = startScript(script, words);
  running.push(started);
  expect(await started.nextLine()).toBe('ready');
  return started;
}

afterEach(async () => {
  for (const { child, finished } of running.splice(0)) {
    child.kill('SIGKILL');
    await finished;
  }
});

it.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('%s asks it to end in order, a second one ends it at once', async (signal, status) => {
  const { child, finished, nextLine } = await endless();
  child.kill(signal);
  expect(await nextLine()).toBe('ending');
  // Until the second one counts: a terminal and a launcher both pass the first Ctrl-C on.
  const again = setInterval(() => child.kill(signal), 50);
  expect((await finished).status).toBe(status);
  clearInterval(again);
});

it('SIGHUP asks it to end, unless it means to read its files again', async () => {
  const ends = await endless();
  ends.child.kill('SIGHUP');
  expect(await ends.nextLine()).toBe('ending');
  const reloads = await endless('reload');
  reloads.child.kill('SIGHUP');
  expect(await reloads.nextLine()).toBe('reloaded');
  reloads.child.kill('SIGTERM');
  expect(await reloads.nextLine()).toBe('ending');
});
