import type { RelayResultSent } from '@otr/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTamperingRelay, type TamperingRelay } from '../../../../tests/hostile/tamperingRelay.ts';
import { type Relay, startRelay } from '../../../relay/src/index.ts';
import { viewOf } from '../../src/core/group/view.ts';
import { toText } from '../../src/core/text.ts';
import { introduced } from './introduced.ts';
import { Person } from './person.ts';
import { SimulatedRoom } from './simulatedRoom.ts';

let relay: Relay;
let between: TamperingRelay;
let ben: Person | undefined;
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
  await ben?.close();
  await between.close();
  await relay.close();
});

type Missed = Uint8Array[] | undefined;

/**
 * Ben hears nothing live while Ana talks and makes a commit, then says something; each refusal brings what `given` leaves.
 * Ana is simulated: a proxy would show who it is after its commit (D3), which is one more entry.
 */
async function benIsLate(given: (missed: Missed) => Missed): Promise<void> {
  const made = await SimulatedRoom.open(relay.url, 1, 1);
  const ana = made.creator;
  const room = toText(made.room);
  ben = new Person({ relayUrl: between.url, name: 'Ben' });
  await ben.ask('joinRoom', { link: made.link.replace(/^otr:[^/]+/, `otr:${new URL(between.url).host}`) });
  await made.admit();
  await made.during(introduced(room, ben));
  await ben.says(room, 'first');
  await ben.settles(room);
  await made.until(() => ana.heard.length === 1);

  between.tamper({
    event: (event, data) => (event === 'entries' ? [] : [data]),
    answer: (event, answer) => (event === 'append' ? refusedWith(given, answer) : answer),
  });
  await made.say(ana, 'missed');
  const { settings } = viewOf(ana.group);
  await made.commit(ana, { settings: { ...settings, name: 'Orchard' } });
  asked.length = 0;
  await ben.says(room, 'late');
  await made.until(() => ana.heard.includes('late'));
  await ben.settles(room);
  expect(ana.heard).toEqual(['first', 'late']);
  expect(await ben.texts(room)).toEqual(['first', 'missed', 'late']);
  expect(ben.room(room)?.name).toBe('Orchard');
  expect(await ben.troubles(room)).toEqual([]);
  made.close();
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
