import type { RelayResultSent } from '@otr/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTamperingRelay, type TamperingRelay } from '../../../../tests/hostile/tamperingRelay.ts';
import { type Relay, startRelay } from '../../../relay/src/index.ts';
import { introduced } from './introduced.ts';
import { Person } from './person.ts';

let relay: Relay;
let between: TamperingRelay;
const people: Person[] = [];
/** What Ben asked for since he speaks. */
let asked: string[];

beforeEach(async () => {
  relay = await startRelay({ host: '127.0.0.1', port: 0, data: ':memory:' });
  between = await startTamperingRelay(relay.url);
  asked = [];
  between.watch((event) => {
    if (event === 'append' || event === 'fetch' || event === 'enterRoom') asked.push(event);
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

/** Ben hears nothing live while Ana talks and makes a commit, then says something; each refusal brings what `given` leaves. */
async function benIsLate(given: (missed: Missed) => Missed): Promise<void> {
  const ana = person('Ana');
  const ben = person('Ben', between.url);
  const room = await ana.create('Garden');
  const { link } = await ana.ask('invite', { room });
  await ben.ask('joinRoom', { link: link.replace(/^otr:[^/]+/, `otr:${new URL(between.url).host}`) });
  await ben.until(() => ben.room(room)?.memberCount === 2);
  // No other entry than Ana's is to be in the way.
  await introduced(room, ana, ben);
  await ben.says(room, 'first');
  await ben.settles(room);

  between.tamper({
    event: (event, data) => (event === 'entries' ? [] : [data]),
    answer: (event, answer) => (event === 'append' ? refusedWith(given, answer) : answer),
  });
  await ana.says(room, 'missed');
  await ana.settles(room);
  await ana.ask('renameRoom', { room, name: 'Orchard' });
  await ana.until(() => ana.room(room)?.name === 'Orchard');
  asked.length = 0;
  await ben.says(room, 'late');
  await ana.hears(room, ['late']);
  await ben.settles(room);
  expect(await ana.texts(room)).toEqual(['first', 'missed', 'late']);
  expect(await ben.texts(room)).toEqual(['first', 'missed', 'late']);
  expect(ben.room(room)?.name).toBe('Orchard');
  for (const each of people) expect(await each.troubles(room)).toEqual([]);
}

function refusedWith(given: (missed: Missed) => Missed, answer: unknown): unknown {
  const result = answer as RelayResultSent<'append'>;
  if (result.ok) return result;
  const { missed, ...error } = result.error;
  const left = given(missed);
  return { ok: false, error: { ...error, ...(left && { missed: left }) } };
}

test('[L9] [M12] who missed a commit is told with the refusal, goes in by the next key, and fetches nothing', async () => {
  await benIsLate((missed) => missed);
  expect(asked.slice(0, 3)).toEqual(['append', 'enterRoom', 'append']);
});

test.each<[string, (missed: Missed) => Missed]>([
  ['brings nothing', () => undefined],
  ['brings a part', (missed) => missed?.slice(0, 1)],
  ['leaves the first out', (missed) => missed?.slice(1)],
])('[M12] where the refusal %s, the rest is fetched before anything is sealed anew', async (_how, given) => {
  await benIsLate(given);
  expect(asked.slice(0, 4)).toEqual(['append', 'fetch', 'enterRoom', 'append']);
});
