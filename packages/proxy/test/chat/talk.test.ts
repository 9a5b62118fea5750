import { type Relay, startRelay } from '@otr/relay';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Person } from './person.ts';

let relay: Relay;
const people: Person[] = [];

beforeEach(async () => {
  relay = await startRelay({ host: '127.0.0.1', port: 0, data: ':memory:' });
});
afterEach(async () => {
  for (const person of people.splice(0)) await person.close();
  await relay.close();
});

function person(name?: string): Person {
  const made = new Person({ relayUrl: relay.url, ...(name !== undefined && { name }) });
  people.push(made);
  return made;
}

test('three people talk all ways, and everyone has every message once and in one order', async () => {
  const [ana, ben, cleo] = [person('Ana'), person('Ben'), person('Cleo')];
  const room = await ana.create('Garden');
  await ben.joins(ana, room);
  await cleo.joins(ben, room);
  await ana.until(() => ana.room(room)?.memberCount === 3);
  await ben.until(() => ben.room(room)?.memberCount === 3);

  const said: string[] = [];
  for (let round = 0; round < 5; round++) {
    for (const [name, who] of [['Ana', ana], ['Ben', ben], ['Cleo', cleo]] as const) {
      said.push(`${name} ${round}`);
      await who.says(room, `${name} ${round}`);
    }
  }
  for (const who of people) await who.hears(room, said);
  for (const who of people) await who.settles(room);

  const orders = await Promise.all(people.map((who) => who.texts(room)));
  expect(orders[0]).toHaveLength(said.length);
  expect(orders[1]).toEqual(orders[0]);
  expect(orders[2]).toEqual(orders[0]);
  for (const who of people) expect(await who.troubles(room)).toEqual([]);
  expect(ben.room(room)?.name).toBe('Garden');
});
