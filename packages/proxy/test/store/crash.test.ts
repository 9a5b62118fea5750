import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Relay, startRelay } from '../../../relay/src/index.ts';
import { fileStore, Person } from '../chat/person.ts';

let folder: string;
let relay: Relay;
let ben: Person | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'otr-crash-'));
  relay = await startRelay({ host: '127.0.0.1', port: 0, data: join(folder, 'relay') });
});
afterEach(async () => {
  await ben?.close();
  await relay.close();
  rmSync(folder, { recursive: true });
});

/** A proxy that ends itself by SIGKILL right after a step; resolves with the signal when it is dead. */
function runUntilKilled(env: Record<string, string>): Promise<NodeJS.Signals | null> {
  const program = join(import.meta.dirname, 'crashingProxy.ts');
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return new Promise((resolve) => child.on('exit', (_code, signal) => resolve(signal)));
}

test('[M11] killed after any step, a proxy goes on: every message arrives once and in order', async () => {
  const ana = new Person({ relayUrl: relay.url, name: 'Ana', store: fileStore(join(folder, 'ana')) });
  ben = new Person({ relayUrl: relay.url, name: 'Ben' });
  const room = await ana.create('Garden');
  await ben.joins(ana, room);
  await ana.until(() => ana.room(room)?.memberCount === 2);
  await ana.close();

  const said: string[] = [];
  const steps = ['queued', 'acknowledged', 'received', 'entered', 'commitStored'];
  for (const step of steps) {
    const texts = [0, 1, 2].map((n) => `${step} ${n}`);
    // The first round's third message may be stored or not when the process dies: it is written again by its id.
    said.push(...texts);
    const signal = await runUntilKilled({
      RELAY: relay.url,
      PROFILE: join(folder, 'ana'),
      ROOM: room,
      TEXTS: JSON.stringify(texts),
      KILL_AFTER: step,
    });
    expect(signal).toBe('SIGKILL');
  }
  const back = new Person({ relayUrl: relay.url, store: fileStore(join(folder, 'ana')) });
  await back.settles(room);
  const known = await back.texts(room);
  await ben.hears(room, known);
  expect(await ben.texts(room)).toEqual(known);
  // What was stored is there exactly once; what was written before it in the same round is, too.
  expect(known).toEqual(said.filter((text) => known.includes(text)));
  expect(new Set(known).size).toBe(known.length);
  expect(known).toContain('queued 0');
  expect(known).toContain('received 0');
  // The commit that was stored and not yet sent is sent by the next start.
  await ben.until(() => ben?.room(room)?.name === 'Garden commitStored');
  for (const who of [back, ben]) expect(await who.troubles(room)).toEqual([]);
  await back.close();
  // Six processes start one after another, on machines that may be busy.
}, 120_000);
