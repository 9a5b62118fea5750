import { randomBytes } from 'node:crypto';
import type { Content, Slice } from '@otr/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { addRoom, kindsOfRoom, Places } from './places.ts';

describe.each(kindsOfRoom)('in $kind', ({ offTheRecord }) => {
  let places: Places;
  let store: Store;
  let number: number;
  beforeEach(() => {
    places = new Places();
    store = places.memory();
    number = addRoom(store, 'Garden', offTheRecord).number;
  });
  afterEach(() => places.clean());

  const text: Content = { kind: 'text', version: 1, text: 'hello' };
  const ids = () => store.outbox.of(number).map(({ id }) => id);
  const slice = (length: number): Slice => ({
    to: new Uint8Array(randomBytes(32)),
    ciphertext: new Uint8Array(randomBytes(length)),
  });
  const seal = (slices: readonly Slice[]) =>
    store.outbox.seal(number, 'a', {
      ...{ epoch: 1, counter: 2, recipients: [] },
      ...{ body: new Uint8Array([7]), slices },
    });

  test('what is added first goes before all others of the room, and the rest keep their order', () => {
    const other = addRoom(store, 'Other', offTheRecord).number;
    store.outbox.add(other, 'o', text, 1, { first: true });
    const added = ['a', 'b'].map((id) => store.outbox.add(number, id, text, 1));
    const first = store.outbox.add(number, 'c', text, 1, { first: true });
    const before = store.outbox.add(number, 'd', text, 1, { first: true });
    store.outbox.add(number, 'e', text, 1);
    expect(ids()).toEqual(['d', 'c', 'a', 'b', 'e']);
    expect([before, first, ...added].toSorted((left, right) => left - right)).toEqual([
      before,
      first,
      ...added,
    ]);
    expect(store.outbox.of(other).map(({ id }) => id)).toEqual(['o']);
  });

  test('[M5] what is sealed goes before what is added first: it has the lower counter', () => {
    for (const id of ['a', 'b']) store.outbox.add(number, id, text, 1);
    seal([]);
    store.outbox.add(number, 'c', text, 1, { first: true });
    expect(ids()).toEqual(['a', 'c', 'b']);
  });

  test('a number of what is not first is never given again', () => {
    const last = store.outbox.add(number, 'a', text, 1);
    store.outbox.remove(number, 'a');
    store.outbox.add(number, 'b', text, 1, { first: true });
    expect(store.outbox.add(number, 'c', text, 1)).toBeGreaterThan(last);
  });

  test('an item tells for whom it is whispered', () => {
    store.outbox.add(number, 'a', text, 1, { whisperTo: ['ben', 'cleo'] });
    store.outbox.add(number, 'b', text, 1, { whisperTo: 'everyone' });
    store.outbox.add(number, 'c', text, 1);
    expect(store.outbox.of(number).map(({ whisperTo }) => whisperTo)).toEqual([
      ['ben', 'cleo'],
      'everyone',
      null,
    ]);
    expect(store.outbox.get(number, 'a')).toMatchObject({ content: text, whisperTo: ['ben', 'cleo'] });
  });

  test('slices are read as they were stored; sealing again replaces them', () => {
    store.outbox.add(number, 'a', text, 1, { whisperTo: 'everyone' });
    expect(store.outbox.slices(number, 'a')).toEqual([]);
    const slices = [slice(92), slice(1), slice(512), slice(0)];
    seal(slices);
    expect(store.outbox.slices(number, 'a')).toEqual(slices);
    expect(store.outbox.body(number, 'a')).toEqual(new Uint8Array([7]));
    const many = Array.from({ length: 1_500 }, () => slice(92));
    seal(many);
    expect(store.outbox.slices(number, 'a')).toEqual(many);
    seal([]);
    expect(store.outbox.slices(number, 'a')).toEqual([]);
    expect(store.outbox.slices(number, 'unknown')).toEqual([]);
    expect(() => seal([{ to: new Uint8Array(31), ciphertext: new Uint8Array(1) }])).toThrow('32 bytes');
  });
});
