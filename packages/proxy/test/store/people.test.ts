import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Person } from '../../src/store/peopleTable.ts';
import { Places } from './places.ts';

let places: Places;
beforeEach(() => {
  places = new Places();
});
afterEach(() => places.clean());

const ben: Person = { identityKey: 'ben-key', name: 'Ben', metAt: 5, verified: null, accepted: false };
const cleo: Person = {
  identityKey: 'cleo-key',
  name: 'Cleo',
  metAt: 3,
  verified: { by: 'words', at: 9 },
  accepted: true,
};

test('people are known by their identity key, whoever was met first comes first, and stay over a restart', () => {
  const store = places.open();
  store.step(() => {
    store.people.put(ben);
    store.people.put(cleo);
  });
  expect(store.people.get('ben-key')).toEqual(ben);
  expect(store.people.get('dan-key')).toBeNull();
  store.close();
  expect(places.open().people.all()).toEqual([cleo, ben]);
});

test('what is put replaces what was known; what is removed is gone', () => {
  const store = places.memory();
  store.people.put(ben);
  store.people.put({ ...ben, name: 'Benjamin', verified: { by: 'number', at: 7 } });
  expect(store.people.all()).toEqual([{ ...ben, name: 'Benjamin', verified: { by: 'number', at: 7 } }]);
  store.people.put(ben);
  expect(store.people.get('ben-key')?.verified).toBeNull();
  store.people.put(cleo);
  store.people.remove('ben-key');
  expect(store.people.all()).toEqual([cleo]);
});

test('a step that throws leaves people as they were', () => {
  const store = places.open();
  store.people.put(ben);
  expect(() =>
    store.step(() => {
      store.people.put({ ...ben, accepted: true });
      store.people.put(cleo);
      throw new Error('a fault');
    }),
  ).toThrow('a fault');
  expect(store.people.all()).toEqual([ben]);
});
