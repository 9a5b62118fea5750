import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Entry, type EnvelopeEntry, packEntry, type RelayUpEvent } from '@otr/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTamperingRelay, type TamperingRelay } from '../../../../tests/hostile/tamperingRelay.ts';
import { type Relay, startRelay } from '../../../relay/src/index.ts';
import { fileStore, memoryStore, Person } from './person.ts';

let relay: Relay;
let evil: TamperingRelay;
let ana: Person;
let ben: Person;
let room: string;

/** Ana talks to the honest side, Ben to what stands before it. */
beforeEach(async () => {
  relay = await startRelay({ host: '127.0.0.1', port: 0, data: ':memory:' });
  evil = await startTamperingRelay(relay.url);
  ana = new Person({ relayUrl: relay.url, name: 'Ana' });
  ben = new Person({ relayUrl: evil.url, name: 'Ben' });
  room = await ana.create('Garden');
  const { link } = await ana.ask('invite', { room });
  const { host } = new URL(evil.url);
  await ben.ask('joinRoom', { link: link.replace(/^otr:[^/]+/, `otr:${host}`) });
  await ben.until(() => ben.room(room)?.state === 'joined');
  await ana.until(() => ana.room(room)?.memberCount === 2);
  await ana.says(room, 'first');
  await ben.hears(room, ['first']);
});
afterEach(async () => {
  await ana.close();
  await ben.close();
  await evil.close();
  await relay.close();
});

function flip(bytes: Uint8Array): Uint8Array {
  const flipped = Buffer.from(bytes);
  flipped[flipped.length - 20] = (flipped[flipped.length - 20] ?? 0) ^ 1;
  return flipped;
}

function onEntry(change: (entry: Entry) => Entry[]): void {
  evil.tamper({ entry: change });
}

function onEnvelope(change: (entry: EnvelopeEntry) => Entry[]): void {
  onEntry((entry) => (entry.kind === 'envelope' ? change(entry) : [entry]));
}

async function troubled(...problems: string[]): Promise<void> {
  await ben.until(async () => {
    const troubles = await ben.troubles(room);
    return problems.every((problem) => troubles.includes(problem));
  });
}

test('negative control: a relay that changes nothing raises nothing', async () => {
  for (let n = 0; n < 5; n++) await ana.says(room, `line ${n}`);
  await ben.hears(room, ['line 4']);
  await ben.says(room, 'answer');
  await ana.hears(room, ['answer']);
  expect(await ben.troubles(room)).toEqual([]);
  expect(await ana.troubles(room)).toEqual([]);
  expect(ben.room(room)?.alarm).toBe(false);
});

test('a flipped bit in a slice is refused, and its absence noticed at the next message', async () => {
  onEnvelope((entry) => [
    { ...entry, slices: entry.slices.map(({ to, ciphertext }) => ({ to, ciphertext: flip(ciphertext) })) },
  ]);
  await ana.says(room, 'changed');
  await troubled('badCiphertext');
  evil.tamper({});
  await ana.says(room, 'next');
  await troubled('messageMissing');
  expect(await ben.texts(room)).toEqual(['first', 'next']);
  expect(ben.room(room)?.alarm).toBe(true);
});

test('a flipped bit in the body of a long message is refused', async () => {
  onEnvelope((entry) => [{ ...entry, ...(entry.body && { body: flip(entry.body) }) }]);
  await ana.says(room, 'long '.repeat(1_000));
  await troubled('badBody');
  expect(await ben.texts(room)).toEqual(['first']);
});

test('[M4] a replayed envelope is refused at its new place', async () => {
  let kept: EnvelopeEntry | undefined;
  onEnvelope((entry) => {
    kept ??= entry;
    return [entry.seq === kept.seq ? entry : { ...kept, seq: entry.seq }];
  });
  await ana.says(room, 'once');
  await ben.hears(room, ['once']);
  await ana.says(room, 'replaced by a replay');
  await troubled('replayed');
  expect(await ben.texts(room)).toEqual(['first', 'once']);
});

test('[M4] [M13] our own envelope twice in one batch is placed once', async () => {
  onEnvelope((entry) => [entry, { ...entry, seq: entry.seq + 1 }]);
  await ben.says(room, 'mine');
  await troubled('replayed');
  expect((await ben.messages(room)).at(-1)).toMatchObject({ text: 'mine', seq: 4 });
});

test('a room name from the far future does not keep others from naming the room, nor the profile from opening', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'otr-future-'));
  const cleo = new Person({ relayUrl: relay.url, name: 'Cleo', now: () => Number.MAX_SAFE_INTEGER });
  const named = await cleo.create('From the future');
  const dan = new Person({ relayUrl: relay.url, name: 'Dan', store: fileStore(folder) });
  await dan.joins(cleo, named);
  await dan.until(() => dan.room(named)?.name === 'From the future');
  await dan.ask('renameRoom', { room: named, name: 'Of today' });
  await dan.close();
  const again = new Person({ relayUrl: relay.url, store: fileStore(folder) });
  expect(again.room(named)?.name).toBe('Of today');
  for (const person of [again, cleo]) await person.close();
  rmSync(folder, { recursive: true });
});

test('an envelope under a new id does not open', async () => {
  onEnvelope((entry) => [{ ...entry, id: randomBytes(16) }]);
  await ana.says(room, 'renamed');
  await troubled('badCiphertext');
  expect(await ben.texts(room)).toEqual(['first']);
});

test('[M5] two messages in the wrong order: the later is shown with an alarm, the earlier refused', async () => {
  // The relay holds one back and gives the next its place.
  const held: EnvelopeEntry[] = [];
  onEnvelope((entry) => {
    held.push(entry);
    const [one, two] = held;
    if (!one || !two) return [];
    return [
      { ...two, seq: one.seq },
      { ...one, seq: two.seq },
    ];
  });
  await ana.says(room, 'one');
  await ana.says(room, 'two');
  await troubled('messageMissing', 'outOfOrder');
  expect(await ben.texts(room)).toEqual(['first', 'two']);
});

test('[K2] an invented member is refused, shown, and nothing is sealed for it', async () => {
  onEntry((entry) =>
    entry.kind === 'envelope'
      ? [
          {
            kind: 'registerKey',
            seq: entry.seq,
            id: randomBytes(16),
            epoch: entry.epoch + 1,
            publicKey: randomBytes(32),
            sealedProfile: randomBytes(64),
            tag: randomBytes(32),
          },
        ]
      : [entry],
  );
  await ana.says(room, 'never arrives');
  await troubled('badRegistration');
  expect(ben.room(room)?.memberCount).toBe(2);
});

test('[K2] a swapped key in a registration is refused', async () => {
  onEntry((entry) => (entry.kind === 'registerKey' ? [{ ...entry, publicKey: randomBytes(32) }] : [entry]));
  const cleo = new Person({ relayUrl: relay.url, name: 'Cleo' });
  await cleo.joins(ana, room);
  await troubled('badRegistration');
  expect(ben.room(room)?.memberCount).toBe(2);
  await cleo.says(room, 'to a member that Ben does not know');
  await troubled('unknownSender');
  await ana.hears(room, ['to a member that Ben does not know']);
  // Ana's roster has Cleo, Ben's has not: her next message shows it.
  await ana.says(room, 'who is here?');
  await troubled('rosterMismatch');
  await cleo.close();
});

test('[M6] a removed member that the relay keeps from one of us is noticed', async () => {
  const cleo = new Person({ relayUrl: relay.url, name: 'Cleo' });
  await cleo.joins(ana, room);
  await ben.until(() => ben.room(room)?.memberCount === 3);
  onEntry((entry) =>
    entry.kind === 'removeKey'
      ? [
          {
            kind: 'envelope',
            seq: entry.seq,
            id: randomBytes(16),
            epoch: entry.epoch - 1,
            from: entry.publicKey,
            slices: [],
          },
        ]
      : [entry],
  );
  await cleo.ask('leaveRoom', { room });
  await ana.until(() => ana.room(room)?.memberCount === 2);
  await ana.says(room, 'Cleo is gone');
  await troubled('rosterMismatch');
  await cleo.close();
});

test('[M9] a withheld entry is an alarm; when it is handed over everything goes on in order', async () => {
  let withheld = true;
  onEnvelope((entry) => (withheld && entry.seq === 4 ? [] : [entry]));
  await ana.says(room, 'withheld');
  await ana.says(room, 'after it');
  await troubled('entryWithheld');
  expect(await ben.texts(room)).toEqual(['first']);
  expect(ben.room(room)).toMatchObject({ state: 'stopped', alarm: true });
  withheld = false;
  await ben.hears(room, ['withheld', 'after it']);
  await ben.until(() => ben.room(room)?.state === 'joined');
});

test('[M8] another history is noticed at the next message of who has seen the first', async () => {
  onEnvelope((entry) => [entry.seq === 4 ? { ...entry, from: randomBytes(32), slices: [] } : entry]);
  await ana.says(room, 'replaced for Ben');
  await troubled('unknownSender');
  await ana.settles(room);
  await ana.says(room, 'next');
  await troubled('logForked', 'messageMissing');
  expect(await ben.texts(room)).toEqual(['first', 'next']);
});

test('[M9] an entry that comes again with other content is an alarm', async () => {
  const kept: Entry[] = [];
  onEntry((entry) => {
    kept.push(entry);
    return [entry];
  });
  await ana.says(room, 'second');
  await ben.hears(room, ['second']);
  const [entry] = kept;
  if (!entry) throw new Error('nothing came');
  const bytes = Buffer.from(room, 'base64url');
  evil.tell('entries', { room: bytes, entries: [packEntry(entry)] });
  evil.tell('entries', { room: bytes, entries: [packEntry({ ...entry, id: randomBytes(16) })] });
  await troubled('logRolledBack');
  expect((await ben.troubles(room)).filter((problem) => problem === 'logRolledBack')).toHaveLength(1);
  expect(await ben.texts(room)).toEqual(['first', 'second']);
});

test('[W2] nonsense is left out, and the chat goes on', async () => {
  evil.tell('entries', { room: 'x', entries: 7 });
  evil.tell('entries', null);
  evil.tell('disconnect', 'by event');
  evil.tell('connect_error', {});
  evil.tell('error', {});
  evil.tell('__proto__', { a: 1 });
  evil.tell('challenge', { nonce: randomBytes(32) });
  evil.tell('mark', {
    room: Buffer.from(room, 'base64url'),
    publicKey: randomBytes(32),
    sealed: randomBytes(40),
  });
  evil.tell('volatile', { room: Buffer.from(room, 'base64url'), sealed: randomBytes(40) });
  evil.tell('presence', { room: randomBytes(16), publicKey: randomBytes(32), online: true });
  await ana.says(room, 'still here');
  await ben.hears(room, ['still here']);
  expect(await ben.troubles(room)).toEqual([]);
});

test('nonsense in answers keeps the message and does not spin', async () => {
  const appended: RelayUpEvent[] = [];
  evil.watch((event) => event === 'append' && appended.push(event));
  evil.tamper({
    answer: (event, answer) => (event === 'append' ? { nonsense: true } : answer),
    entry: (entry) => (entry.kind === 'envelope' ? [] : [entry]),
  });
  await ben.says(room, 'kept');
  await ben.until(() => ben.room(room)?.reason !== undefined);
  expect((await ben.messages(room)).at(-1)).toMatchObject({ text: 'kept', delivery: 'saved' });
  expect(appended).toHaveLength(1);
});

test('[M11] a message that the store cannot read back ends nothing, and goes out with the next connection', async () => {
  const store = memoryStore();
  const cleo = new Person({ relayUrl: evil.url, name: 'Cleo', store });
  const { link } = await ana.ask('invite', { room });
  await cleo.ask('joinRoom', { link: link.replace(/^otr:[^/]+/, `otr:${new URL(evil.url).host}`) });
  await cleo.until(() => cleo.room(room)?.state === 'joined');
  const { sealedItem } = store.outbox;
  const failed = new Promise<void>((resolve) => {
    store.outbox.sealedItem = () => {
      resolve();
      throw Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR' });
    };
  });
  await cleo.says(room, 'late');
  await failed;
  store.outbox.sealedItem = sealedItem;
  evil.cut();
  await ana.hears(room, ['late']);
  expect(await ana.texts(room)).toEqual(['first', 'late']);
  await cleo.close();
});

test('a false acknowledgement is noticed, and the message is kept until the log has it', async () => {
  evil.tamper({
    answer: (event, answer) => (event === 'append' ? { ok: true, value: { seq: 1 } } : answer),
    entry: (entry) => (entry.kind === 'envelope' ? [] : [entry]),
  });
  await ben.says(room, 'really?');
  await troubled('entryWithheld');
  expect((await ben.messages(room)).at(-1)?.delivery).toBe('saved');
  evil.tamper({});
  await ben.settles(room);
  await ana.hears(room, ['really?']);
  expect(await ana.texts(room)).toEqual(['first', 'really?']);
});
