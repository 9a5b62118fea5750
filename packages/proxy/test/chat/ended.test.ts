import { randomBytes } from 'node:crypto';
import type { Entry, RelayResultSent, RelayUpEvent } from '@otr/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTamperingRelay, type TamperingRelay } from '../../../../tests/hostile/tamperingRelay.ts';
import { type Relay, startRelay } from '../../../relay/src/index.ts';
import { Person } from './person.ts';

let relay: Relay;
let between: TamperingRelay;
let ana: Person;
let ben: Person;
let room: string;

/** Ana talks to an honest relay, Ben to one that has commits and messages of MLS in a room that has neither. */
beforeEach(async () => {
  relay = await startRelay({ host: '127.0.0.1', port: 0, data: ':memory:' });
  between = await startTamperingRelay(relay.url);
  ana = new Person({ relayUrl: relay.url, name: 'Ana' });
  ben = new Person({ relayUrl: between.url, name: 'Ben' });
  room = await ana.create('Garden');
  const { link } = await ana.ask('invite', { room });
  await ben.ask('joinRoom', { link: link.replace(/^otr:[^/]+/, `otr:${new URL(between.url).host}`) });
  await ben.until(() => ben.room(room)?.state === 'joined');
  await ana.until(() => ana.room(room)?.memberCount === 2);
});
afterEach(async () => {
  await ana.close();
  await ben.close();
  await between.close();
  await relay.close();
});

function commitAt({ seq, id, epoch }: Entry): Entry {
  return { kind: 'commit', seq, id, epoch: epoch + 1, accessKey: randomBytes(32), body: randomBytes(99) };
}

function messageAt({ seq, id, epoch }: Entry): Entry {
  return { kind: 'message', seq, id, epoch, slices: [], body: randomBytes(99) };
}

function ended(event: RelayUpEvent, answer: unknown): unknown {
  const entered = answer as RelayResultSent<'enterRoom'>;
  if (event !== 'enterRoom' || !entered.ok) return answer;
  return { ok: true, value: { ...entered.value, ended: true, registrations: [] } };
}

async function isStopped(): Promise<void> {
  await ben.until(() => ben.room(room)?.state === 'stopped');
  expect(ben.room(room)?.reason).toMatch(/has been closed\. Make a new room/);
}

test('[M10] [A4] a room that a commit has ended is stopped with a sentence, and what is said is kept', async () => {
  between.tamper({
    entry: (entry) => [entry.kind === 'envelope' ? commitAt(entry) : entry],
    answer: ended,
  });
  await ana.says(room, 'in the place of this, a commit');
  await isStopped();
  expect(await ben.troubles(room)).toEqual(['unknownEntry']);
  await ben.says(room, 'kept');
  expect((await ben.messages(room)).at(-1)).toMatchObject({ text: 'kept', delivery: 'saved' });
  await ben.ask('leaveRoom', { room });
  expect(ben.room(room)).toBeUndefined();
});

test('[A4] who finds the room ended on coming back is told so, and goes on when it is not', async () => {
  between.tamper({ answer: ended });
  between.cut();
  await isStopped();
  between.tamper({});
  await ana.says(room, 'still open');
  await ben.hears(room, ['still open']);
  await ben.until(() => ben.room(room)?.state === 'joined');
  expect(await ben.troubles(room)).toEqual([]);
});

test.each([
  ['commit', commitAt],
  ['message', messageAt],
] as const)('[M10] a %s is refused and shown; the room goes on with what follows', async (_kind, made) => {
  between.tamper({ entry: (entry) => [entry.kind === 'envelope' ? made(entry) : entry] });
  await ana.says(room, 'replaced');
  await ben.until(async () => (await ben.troubles(room)).includes('unknownEntry'));
  between.tamper({});
  await ana.says(room, 'after it');
  await ben.hears(room, ['after it']);
  await ben.says(room, 'heard');
  await ana.hears(room, ['heard']);
  expect(await ben.texts(room)).toEqual(['after it', 'heard']);
  expect(ben.room(room)?.state).toBe('joined');
});

test('news of knocks is not for a room without invites of MLS', async () => {
  const bytes = Buffer.from(room, 'base64url');
  const id = randomBytes(16);
  const knock = { id, invite: randomBytes(32), keyPackageRef: randomBytes(32), sealed: randomBytes(200) };
  between.tell('knock', { room: bytes, knock });
  between.tell('welcome', { room: bytes, id, seq: 1, sealed: randomBytes(200) });
  between.tell('knockEnded', { room: bytes, id });
  between.tell('knockDismissed', { room: bytes, id });
  await ana.says(room, 'still here');
  await ben.hears(room, ['still here']);
  expect(await ben.troubles(room)).toEqual([]);
});
