import type { RelayRequest } from '@otr/protocol';
import { type Relay, startRelay } from '@otr/relay';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Person } from '../../packages/proxy/test/chat/person.ts';
import { type Person as Process, person, until } from '../fault/people.ts';
import { startTamperingRelay, type TamperingRelay } from '../hostile/tamperingRelay.ts';
import { temporaryFolder } from '../processes.ts';

/** Short enough for a test, long enough that a busy machine answers within it. Milliseconds. */
const cleanup = { intervalMs: 500, graceMs: 4_000, answerMs: 250 };
const folder = temporaryFolder();
const sealedFor: string[][] = [];
const answers: string[][] = [];

let relay: Relay;
let watched: TamperingRelay;
let ann: Person;
let bob: Process;
let room: string;

const text = (key: Uint8Array) => Buffer.from(key).toString('base64url');

beforeAll(async () => {
  relay = await startRelay({ host: '127.0.0.1', port: 0, data: ':memory:', cleanup });
  watched = await startTamperingRelay(relay.url);
  watched.watch((event, request) => {
    if (event === 'append')
      sealedFor.push((request as RelayRequest<'append'>).slices.map(({ to }) => text(to)));
    if (event === 'allKeys') answers.push((request as RelayRequest<'allKeys'>).keys.map(text));
  });
  ann = new Person({ relayUrl: watched.url, name: 'Ann' });
  bob = person('Bob', folder.path, watched.url);
  await bob.start();
  room = await ann.create('Garden');
  const { link } = await ann.ask('invite', { room });
  await bob.ask('joinRoom', { link });
  await ann.until(() => ann.room(room)?.memberCount === 2);
});

afterAll(async () => {
  await ann.close();
  await bob.stop();
  await watched.close();
  await relay.close();
  folder.remove();
});

async function bobsKey(): Promise<string> {
  const { members } = await ann.ask('getMembers', { room });
  const found = members.find((member) => !member.self);
  if (!found) throw new Error('Bob is not there');
  return found.key;
}

it('[K5] live members answer each keyCleanup and never disappear', async () => {
  const key = await bobsKey();
  const own = ann.room(room)?.me;
  const from = answers.length;
  const enough = Math.ceil((2 * cleanup.graceMs) / cleanup.intervalMs); // questions in two grace periods
  await until(
    async () => answers.slice(from).filter((keys) => own && keys.includes(own)).length,
    (count) => count >= enough,
  );
  expect(answers.slice(from).some((keys) => keys.includes(key))).toBe(true);
  expect(ann.room(room)?.memberCount).toBe(2);
  expect(await ann.notices(room)).not.toContain('keyRemoved');
});

it('a proxy that is back within the grace period keeps its key and catches up', async () => {
  const key = await bobsKey();
  await bob.kill();
  await ann.says(room, 'said while Bob was away');
  await bob.start();
  await until(
    () => bob.ask('getTimeline', { room, from: { at: 'end' }, limit: 50 }),
    ({ rows }) => rows.some((row) => row.kind === 'message' && row.text === 'said while Bob was away'),
  );
  expect(await bobsKey()).toBe(key);
});

it('[K6] a proxy that was killed without goodbye disappears, and nobody encrypts for it afterwards', async () => {
  const key = await bobsKey();
  await ann.says(room, 'before');
  await ann.settles(room);
  expect(sealedFor.at(-1)).toEqual([key]); // negative control: until then it is encrypted for
  await bob.kill();
  await ann.until(() => ann.room(room)?.memberCount === 1);
  expect(await ann.notices(room)).toContain('keyRemoved');
  const before = sealedFor.length;
  await ann.says(room, 'after');
  await ann.settles(room);
  expect(sealedFor.slice(before).flat()).toEqual([]);

  await bob.start(); // [K7] too late: it comes back under a new key, and is told what it missed
  await ann.until(() => ann.room(room)?.memberCount === 2);
  expect(await bobsKey()).not.toBe(key);
  await ann.says(room, 'welcome back');
  const { rows } = await until(
    () => bob.ask('getTimeline', { room, from: { at: 'end' }, limit: 50 }),
    (page) => page.rows.some((row) => row.kind === 'message' && row.text === 'welcome back'),
  );
  expect(rows.some((row) => row.kind === 'message' && row.text === 'after')).toBe(false);
  expect(rows.some((row) => row.kind === 'notice' && row.event === 'notSealedForYou')).toBe(true);
});
