import { randomBytes } from 'node:crypto';
import {
  type Entry,
  type MessageEntry,
  packEntry,
  type RelayResultSent,
  type RelayUpEvent,
} from '@otr/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startTamperingRelay, type TamperingRelay } from '../../../../tests/hostile/tamperingRelay.ts';
import { type Relay, startRelay } from '../../../relay/src/index.ts';
import { introduced } from './introduced.ts';
import { memoryStore, Person } from './person.ts';

/** What a relay can do with messages and answers; what it can do with commits: tests/hostile/. */
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
  await ben.ask('joinRoom', { link: await throughEvil() });
  await ben.until(() => ben.room(room)?.state === 'joined');
  await ana.until(() => ana.room(room)?.memberCount === 2);
  // Neither a commit nor a tag of those who came stands between the entries of a test.
  await introduced(room, ana, ben);
  await ana.says(room, 'first');
  await ben.hears(room, ['first']);
});
afterEach(async () => {
  await ana.close();
  await ben.close();
  await evil.close();
  await relay.close();
});

async function throughEvil(): Promise<string> {
  const { link } = await ana.ask('invite', { room });
  return link.replace(/^otr:[^/]+/, `otr:${new URL(evil.url).host}`);
}

function flip(bytes: Uint8Array, at = bytes.length - 20): Uint8Array {
  const flipped = Buffer.from(bytes);
  flipped[at] = (flipped[at] ?? 0) ^ 1;
  return flipped;
}

function onMessage(change: (entry: MessageEntry) => Entry[]): void {
  evil.tamper({ entry: (entry) => (entry.kind === 'message' ? change(entry) : [entry]) });
}

async function troubled(...problems: string[]): Promise<void> {
  await ben.until(async () => {
    const troubles = await ben.troubles(room);
    return problems.every((problem) => troubles.includes(problem));
  });
}

test('negative control: a relay that changes nothing raises nothing', async () => {
  onMessage((entry) => [entry]);
  for (let n = 0; n < 5; n++) await ana.says(room, `line ${n}`);
  await ben.hears(room, ['line 4']);
  await ben.says(room, 'answer');
  await ana.hears(room, ['answer']);
  expect(await ben.troubles(room)).toEqual([]);
  expect(await ana.troubles(room)).toEqual([]);
  expect(ben.room(room)?.alarm).toBe(false);
});

test.each<[string, (body: Uint8Array) => Uint8Array]>([
  ['a flipped bit in the ciphertext', (body) => flip(body)],
  ['a flipped bit in who sent it', (body) => flip(body, 50)],
  ['a flipped bit in the header', (body) => flip(body, 6)],
  ['a truncated message', (body) => body.subarray(0, -16)],
  ['nothing but noise', (body) => randomBytes(body.length)],
])('[M10] %s is refused, and its absence noticed at the next message', async (_, change) => {
  onMessage((entry) => [{ ...entry, body: change(entry.body) }]);
  await ana.says(room, 'changed');
  await troubled('badCiphertext');
  evil.tamper({});
  await ana.says(room, 'next');
  await troubled('messageMissing');
  expect(await ben.texts(room)).toEqual(['first', 'next']);
  expect(ben.room(room)?.alarm).toBe(true);
});

test('[M4] a replayed message is refused at its new place', async () => {
  let kept: MessageEntry | undefined;
  onMessage((entry) => {
    kept ??= entry;
    return [entry.seq === kept.seq ? entry : { ...kept, seq: entry.seq }];
  });
  await ana.says(room, 'once');
  await ben.hears(room, ['once']);
  await ana.says(room, 'replaced by a replay');
  await troubled('replayed');
  expect(await ben.texts(room)).toEqual(['first', 'once']);
});

test('[M4] a message under a new id is refused', async () => {
  onMessage((entry) => [{ ...entry, id: randomBytes(16) }]);
  await ana.says(room, 'renamed');
  await troubled('wrongId');
  expect(await ben.texts(room)).toEqual(['first']);
});

test('[M4] [M13] our own message twice in one batch is placed once', async () => {
  onMessage((entry) => [entry, { ...entry, seq: entry.seq + 1 }]);
  await ben.says(room, 'mine');
  await troubled('replayed');
  expect((await ben.texts(room)).filter((text) => text === 'mine')).toEqual(['mine']);
});

test.each<[string, (entry: MessageEntry) => Entry]>([
  ['under a new id', (entry) => ({ ...entry, id: randomBytes(16) })],
  [
    'as a commit',
    ({ seq, epoch, body }) => ({
      ...{ kind: 'commit', seq, epoch: epoch + 1, body },
      ...{ id: randomBytes(16), accessKey: randomBytes(32) },
    }),
  ],
])(
  '[R1] our own message shown again %s is refused, and does not pass for a sign that our keys are old',
  async (_, again) => {
    const kept: MessageEntry[] = [];
    onMessage((entry) => {
      kept.push(entry);
      const [mine] = kept;
      return [mine && kept.length > 1 ? again({ ...mine, seq: entry.seq }) : entry];
    });
    await ben.says(room, 'mine');
    await ben.settles(room);
    await ana.says(room, 'replaced');
    await ben.until(async () => (await ben.troubles(room)).length > 0);
    expect(['replayed', 'badCommit']).toContain((await ben.troubles(room))[0]);
    evil.tamper({});
    await ana.says(room, 'after it');
    await ben.hears(room, ['after it']);
    await ben.until(() => ben.room(room)?.state === 'joined');
    await ben.says(room, 'still here');
    await ana.hears(room, ['still here']);
    expect((await ben.texts(room)).filter((text) => text === 'mine')).toEqual(['mine']);
  },
);

test('[R1] our own message under a new id before it is at its place waits on, and is placed once', async () => {
  let isFirst = true;
  onMessage((entry) => {
    if (!isFirst) return [entry];
    isFirst = false;
    return [{ ...entry, id: randomBytes(16) }];
  });
  await ben.says(room, 'mine');
  await troubled('replayed');
  expect(ben.room(room)?.state).toBe('joined');
  expect((await ben.messages(room)).at(-1)).toMatchObject({ text: 'mine', delivery: 'saved' });
});

test('[M5] two messages in the wrong order: the later is shown with an alarm, the earlier refused', async () => {
  // The relay holds one back and gives the next its place.
  const held: MessageEntry[] = [];
  onMessage((entry) => {
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

test('[M5] a message that is left out, and the next in its place, is noticed', async () => {
  let dropped = 0;
  onMessage((entry) => {
    dropped ||= entry.seq;
    return entry.seq === dropped ? [] : [{ ...entry, seq: entry.seq - 1 }];
  });
  await ana.says(room, 'withheld');
  await ana.says(room, 'after');
  await troubled('messageMissing');
  expect(await ben.texts(room)).toEqual(['first', 'after']);
});

test('[M9] a withheld message is an alarm; when it is handed over everything goes on in order', async () => {
  let withheld: number | null = 0;
  onMessage((entry) => {
    if (withheld === 0) withheld = entry.seq;
    return entry.seq === withheld ? [] : [entry];
  });
  await ana.says(room, 'withheld');
  await ana.says(room, 'after it');
  await troubled('entryWithheld');
  expect(await ben.texts(room)).toEqual(['first']);
  expect(ben.room(room)).toMatchObject({ state: 'stopped', alarm: true });
  withheld = null;
  await ben.hears(room, ['withheld', 'after it']);
  await ben.until(() => ben.room(room)?.state === 'joined');
});

test('[L6] an entry that overtakes the answer to entering is fetched, and not lost until the next one', async () => {
  const held: unknown[] = [];
  evil.tamper({
    event(event, data) {
      if (event !== 'entries') return [data];
      held.push(data);
      return [];
    },
    answer(event, answer, visitor) {
      const entered = answer as RelayResultSent<'enterRoom'>;
      if (event !== 'enterRoom' || !entered.ok) return answer;
      for (const data of held.splice(0)) visitor.send('entries', data);
      // As it was before that entry.
      return { ok: true, value: { ...entered.value, head: entered.value.head - 1 } };
    },
  });
  await ana.says(room, 'overtakes');
  await vi.waitUntil(() => held.length > 0);
  evil.cut();
  await ben.hears(room, ['overtakes']);
  expect(await ben.troubles(room)).toEqual([]);
});

test('[M8] another history is noticed at the next message of who has seen the first', async () => {
  let replaced = false;
  onMessage((entry) => {
    if (replaced) return [entry];
    replaced = true;
    return [{ ...entry, body: randomBytes(400) }];
  });
  await ana.says(room, 'replaced for Ben');
  await troubled('badCiphertext');
  await ana.settles(room);
  await ana.says(room, 'next');
  await troubled('logForked', 'messageMissing');
  expect(await ben.texts(room)).toEqual(['first', 'next']);
});

test('[M9] an entry that comes again with other content is an alarm', async () => {
  const kept: Entry[] = [];
  onMessage((entry) => {
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
  const bytes = Buffer.from(room, 'base64url');
  const id = randomBytes(16);
  const knock = { id, invite: randomBytes(32), keyPackageRef: randomBytes(32), sealed: randomBytes(200) };
  evil.tell('entries', { room: 'x', entries: 7 });
  evil.tell('entries', null);
  evil.tell('disconnect', 'by event');
  evil.tell('connect_error', {});
  evil.tell('error', {});
  evil.tell('__proto__', { a: 1 });
  evil.tell('challenge', { nonce: randomBytes(32) });
  evil.tell('volatile', { room: bytes, sealed: randomBytes(40) });
  evil.tell('knock', { room: bytes, knock });
  evil.tell('welcome', { room: bytes, id, seq: 1, sealed: randomBytes(200) });
  evil.tell('knockEnded', { room: bytes, id });
  evil.tell('knockDismissed', { room: bytes, id });
  await ana.says(room, 'still here');
  await ben.hears(room, ['still here']);
  expect(await ben.troubles(room)).toEqual([]);
  expect(ben.room(room)).toMatchObject({ state: 'joined', knocks: 0, memberCount: 2 });
});

test('nonsense in answers keeps the message and does not spin', async () => {
  const appended: RelayUpEvent[] = [];
  evil.watch((event) => event === 'append' && appended.push(event));
  evil.tamper({
    answer: (event, answer) => (event === 'append' ? { nonsense: true } : answer),
    entry: (entry) => (entry.kind === 'message' ? [] : [entry]),
  });
  await ben.says(room, 'kept');
  await ben.until(() => ben.room(room)?.reason !== undefined);
  expect((await ben.messages(room)).at(-1)).toMatchObject({ text: 'kept', delivery: 'saved' });
  expect(appended).toHaveLength(1);
});

test('[M11] a message that the store cannot read back ends nothing, and goes out with the next connection', async () => {
  const store = memoryStore();
  const cleo = new Person({ relayUrl: evil.url, name: 'Cleo', store });
  await cleo.ask('joinRoom', { link: await throughEvil() });
  await cleo.until(() => cleo.room(room)?.state === 'joined');
  const { body } = store.outbox;
  const failed = new Promise<void>((resolve) => {
    store.outbox.body = () => {
      resolve();
      throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' });
    };
  });
  await cleo.says(room, 'late');
  await failed;
  store.outbox.body = body;
  evil.cut();
  await ana.hears(room, ['late']);
  expect(await ana.texts(room)).toEqual(['first', 'late']);
  await cleo.close();
});

test('a false acknowledgement is noticed, and the message is kept until the log has it', async () => {
  evil.tamper({
    answer: (event, answer) => (event === 'append' ? { ok: true, value: { seq: 1 } } : answer),
    entry: (entry) => (entry.kind === 'message' ? [] : [entry]),
  });
  await ben.says(room, 'really?');
  await troubled('entryWithheld');
  expect((await ben.messages(room)).at(-1)?.delivery).toBe('saved');
  evil.tamper({});
  await ben.settles(room);
  await ana.hears(room, ['really?']);
  expect(await ana.texts(room)).toEqual(['first', 'really?']);
});
