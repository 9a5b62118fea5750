import { afterEach, beforeEach, expect, test } from 'vitest';
import { filesWith } from './fileScan.ts';
import { Places } from './places.ts';

let places: Places;
beforeEach(() => {
  places = new Places();
});
afterEach(() => places.clean());

test('[D1] an identity key is drawn when a profile is first opened, and is the same ever after', () => {
  const store = places.open();
  const key = store.identityKey();
  expect(key).toHaveLength(32);
  expect(new Set(key).size, 'it is random').toBeGreaterThan(10);
  store.close();
  expect(places.open().identityKey()).toEqual(key);
});

test('[D1] every profile has another one, a profile in memory too', () => {
  const keys = [places.open(), places.open(`${places.folder}/other`), places.memory(), places.memory()].map(
    (store) => Buffer.from(store.identityKey()).toString('hex'),
  );
  expect(new Set(keys).size).toBe(4);
});

test('who asks for the key gets a copy, and wipes it', () => {
  const store = places.open();
  const copy = store.identityKey();
  const before = Uint8Array.from(copy);
  copy.fill(0);
  expect(store.identityKey()).toEqual(before);
});

test('[D1] the key can be replaced as a whole, and nothing else is taken for one', () => {
  const store = places.open();
  const key = new Uint8Array(32).fill(5);
  store.setIdentityKey(key);
  expect(store.identityKey()).toEqual(key);
  expect(() => store.setIdentityKey(new Uint8Array(31))).toThrow('CHECK');
  store.close();
  expect(places.open().identityKey()).toEqual(key);
});

test('[D1] no file shows the key; negative control: without encryption it is found', () => {
  const store = places.open();
  const key = store.identityKey();
  expect(filesWith(places.profile, [key])).toEqual([]);
  store.close();
  expect(filesWith(places.profile, [key])).toEqual([]);
  const plain = places.openPlain();
  expect(filesWith(places.plain, [plain.identityKey()])).not.toEqual([]);
});
