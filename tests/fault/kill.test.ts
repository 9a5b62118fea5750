import type { Row } from '@otr/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Running, startOtr, temporaryFolder } from '../processes.ts';
import { messageId, type Person, person, until, wholeTimeline } from './people.ts';
import { seededRandom, seedOfThisRun } from './seededRandom.ts';

const messages = 2_000;
const seed = seedOfThisRun();
const random = seededRandom(seed);
const folder = temporaryFolder();

let relay: Running;
let relayArgs: string[];
let people: Person[] = [];
let room = '';

beforeAll(async () => {
  relayArgs = ['relay', '--port', '0', '--data', `${folder.path}/relay`];
  relay = await startOtr(relayArgs);
  const url = relay.ready['listening'] ?? '';
  // Its port must be the same after a restart.
  relayArgs = ['relay', '--port', new URL(url).port, '--data', `${folder.path}/relay`];
  people = ['Ann', 'Bob', 'Cleo'].map((name) => person(name, folder.path, url));
  await Promise.all(people.map((each) => each.start()));
  const [ann, ...others] = people;
  if (!ann) throw new Error('nobody');
  ({ room } = await ann.ask('createRoom', { name: 'Garden' }));
  const { link } = await ann.ask('invite', { room });
  for (const other of others) await other.ask('joinRoom', { link });
  for (const each of people) {
    await until(
      () => each.ask('getMembers', { room }),
      ({ members }) => members.length === people.length,
    );
  }
});

afterAll(async () => {
  await Promise.all(people.map((each) => each.stop()));
  await relay?.stop();
  folder.remove();
});

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Sends its share of the messages, slowly enough for many kills; the ids of those that were acknowledged. */
async function talk(sender: Person, count: number): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let index = 0; index < count; index++) {
    const id = messageId();
    await sender.ask('sendMessage', { room, id, text: `${sender.name} ${index}` });
    acknowledged.push(id);
    await pause(random.below(80));
  }
  return acknowledged;
}

/** Kills one process after the other without warning, and starts it again, until told to stop. */
async function wreak(done: () => boolean): Promise<number> {
  let kills = 0;
  while (!done()) {
    await pause(100 + random.below(300));
    const victim = random.below(people.length + 1);
    const one = people[victim];
    if (one) {
      await one.kill();
      await one.start();
    } else {
      await relay.kill();
      relay = await startOtr(relayArgs);
    }
    kills += 1;
  }
  return kills;
}

/** What is wrong with the timelines of people who were in one room all the time; nothing is the good answer. */
function audit(acknowledged: string[], timelines: Row[][]): string[] {
  const wrong: string[] = [];
  const first = orderOf(timelines[0] ?? []);
  for (const [index, rows] of timelines.entries()) {
    const order = orderOf(rows);
    const shown = new Set(order);
    const lost = acknowledged.filter((id) => !shown.has(id));
    if (lost.length > 0) wrong.push(`timeline ${index} lost ${lost.length}`);
    if (shown.size < order.length) wrong.push(`timeline ${index} shows ${order.length - shown.size} twice`);
    if (shown.size > acknowledged.length) wrong.push(`timeline ${index} shows more than was sent`);
    if (order.join() !== first.join()) wrong.push(`timeline ${index} has another order`);
    const trouble = rows.filter((row) => row.kind === 'alarm' || row.kind === 'refused');
    if (trouble.length > 0) wrong.push(`timeline ${index} shows ${trouble.length} alarms`);
    for (const { name } of people) {
      const own = rows.flatMap((row) => (row.kind === 'message' && row.name === name ? [row.text] : []));
      if (own.some((text, place) => text !== `${name} ${place}`))
        wrong.push(`${name} in disorder in ${index}`);
    }
  }
  return wrong;
}

function orderOf(rows: Row[]): string[] {
  return rows.flatMap((row) => (row.kind === 'message' ? [row.id] : []));
}

it('[M11] [M13] [L2] [L3] kill -9 at random moments: nothing acknowledged is lost, nothing is shown twice', async () => {
  let done = false;
  const chaos = wreak(() => done);
  const share = Math.ceil(messages / people.length);
  const acknowledged = (await Promise.all(people.map((each) => talk(each, share)))).flat();
  done = true;
  const kills = await chaos;

  const timelines = [];
  for (const each of people) {
    const rows = await until(
      () => wholeTimeline(each, room),
      (all) => {
        const there = new Set(all.filter((row) => row.seq !== null).map((row) => row.id));
        return acknowledged.every((id) => there.has(id));
      },
    );
    timelines.push(rows);
  }
  console.log(`seed ${seed}: ${acknowledged.length} messages, ${kills} kills`);
  expect(kills).toBeGreaterThan(10);

  expect(audit(acknowledged, timelines)).toEqual([]);
}, 280_000);

it('the audit finds a lost, a doubled and a swapped message (negative control)', async () => {
  const [ann] = people;
  if (!ann) throw new Error('nobody');
  const rows = await wholeTimeline(ann, room);
  const sent = rows.flatMap((row) => (row.kind === 'message' ? [row.id] : []));
  const [first, second] = rows.filter((row) => row.kind === 'message');
  if (!first || !second) throw new Error('no messages');
  const swap = (row: Row) => (row === first ? second : row === second ? first : row);
  expect(audit(sent, [rows, rows.filter((row) => row !== first)]).join()).toContain('lost');
  expect(audit(sent, [rows, [...rows, first]]).join()).toContain('twice');
  expect(audit(sent, [rows, rows.map(swap)]).join()).toContain('order');
  expect(audit(sent, [rows, rows])).toEqual([]);
});
