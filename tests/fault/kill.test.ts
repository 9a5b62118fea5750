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

/** Sends its share of the messages as fast as they are acknowledged; the ids of those that were. */
async function talk(sender: Person, count: number): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let index = 0; index < count; index++) {
    const id = messageId();
    await sender.ask('sendMessage', { room, id, text: `${sender.name} ${index}` });
    acknowledged.push(id);
  }
  return acknowledged;
}

/** Kills one process after the other without warning, and starts it again, until told to stop. */
async function wreak(done: () => boolean): Promise<number> {
  let kills = 0;
  while (!done()) {
    await new Promise((resolve) => setTimeout(resolve, 200 + random.below(600)));
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
  expect(kills).toBeGreaterThan(5);

  for (const rows of timelines) {
    const ids = rows.filter((row) => row.kind === 'message').map((row) => row.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBe(acknowledged.length);
    expect(rows.filter((row) => row.kind === 'alarm' || row.kind === 'refused')).toEqual([]);
  }
  const orders = timelines.map((rows) => rows.filter((row) => row.kind === 'message').map((row) => row.id));
  expect(orders[1]).toEqual(orders[0]);
  expect(orders[2]).toEqual(orders[0]);
  for (const name of people.map((each) => each.name)) {
    const texts = (timelines[0] ?? []).flatMap((row) =>
      row.kind === 'message' && row.text.startsWith(name) ? [row.text] : [],
    );
    expect(texts).toEqual(texts.map((_, index) => `${name} ${index}`)); // each sender's own order is kept
  }
}, 280_000);
