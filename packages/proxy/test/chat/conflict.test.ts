import type { RelayResultSent } from '@otr/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTamperingRelay, type TamperingRelay } from '../../../../tests/hostile/tamperingRelay.ts';
import { type Relay, startRelay } from '../../../relay/src/index.ts';
import { Person } from './person.ts';

let relay: Relay;
let between: TamperingRelay;
const people: Person[] = [];
/** What Ben asked for since the others came. */
let asked: string[];

beforeEach(async () => {
  relay = await startRelay({ host: '127.0.0.1', port: 0, data: ':memory:' });
  between = await startTamperingRelay(relay.url);
  asked = [];
  between.watch((event) => {
    if (event === 'append' || event === 'fetch') asked.push(event);
  });
});
afterEach(async () => {
  for (const person of people.splice(0)) await person.close();
  await between.close();
  await relay.close();
});

function person(name: string, url = relay.url): Person {
  const made = new Person({ relayUrl: url, name });
  people.push(made);
  return made;
}

type Missed = Uint8Array[] | undefined;

/** Ben hears nothing live while Cleo and Dan join, then says something; each refusal brings what `given` leaves. */
async function benIsLate(given: (missed: Missed) => Missed): Promise<void> {
  const ana = person('Ana');
  const ben = person('Ben', between.url);
  const room = await ana.create('Garden');
  const { link } = await ana.ask('invite', { room });
  await ben.ask('joinRoom', { link: link.replace(/^otr:[^/]+/, `otr:${new URL(between.url).host}`) });
  await ben.until(() => ben.room(room)?.memberCount === 2);
  await ben.says(room, 'first');
  await ben.settles(room);

  between.tamper({
    event: (event, data) => (event === 'entries' ? [] : [data]),
    answer: (event, answer) => (event === 'append' ? refusedWith(given, answer) : answer),
  });
  const [cleo, dan] = [person('Cleo'), person('Dan')];
  await cleo.joins(ana, room);
  await dan.joins(ana, room);
  asked.length = 0;
  await ben.says(room, 'late');
  for (const other of [ana, cleo, dan]) await other.hears(room, ['late']);
  await ben.settles(room);
  expect(await ana.texts(room)).toEqual(['first', 'late']);
  expect(ben.room(room)?.memberCount).toBe(4);
  for (const each of people) expect(await each.troubles(room)).toEqual([]);
}

function refusedWith(given: (missed: Missed) => Missed, answer: unknown): unknown {
  const result = answer as RelayResultSent<'append'>;
  if (result.ok) return result;
  const { missed, ...error } = result.error;
  const left = given(missed);
  return { ok: false, error: { ...error, ...(left && { missed: left }) } };
}

test('[L9] [M12] who missed that others joined is told with the refusal, and fetches nothing', async () => {
  await benIsLate((missed) => missed);
  expect(asked.slice(0, 2)).toEqual(['append', 'append']);
});

test.each<[string, (missed: Missed) => Missed]>([
  ['brings nothing', () => undefined],
  ['brings a part', (missed) => missed?.slice(0, 1)],
  ['leaves the first out', (missed) => missed?.slice(1)],
])('[M12] where the refusal %s, the rest is fetched before anything is sealed anew', async (_how, given) => {
  await benIsLate(given);
  expect(asked.slice(0, 3)).toEqual(['append', 'fetch', 'append']);
});
