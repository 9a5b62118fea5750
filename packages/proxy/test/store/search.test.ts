import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { addRoom, kindsOfRoom, message, Places } from './places.ts';

describe.each(kindsOfRoom)('in $kind', ({ offTheRecord }) => {
  let places: Places;
  let store: Store;
  let number: number;
  let other: number;
  beforeEach(() => {
    places = new Places();
    store = places.memory();
    number = addRoom(store, 'Garden', offTheRecord).number;
    other = addRoom(store, 'Garden', offTheRecord).number;
  });
  afterEach(() => places.clean());

  /** Ids of what is found, in order. */
  function found(text: string, room?: number, limit = 10): string[] {
    const hits = store.timeline.search(room === undefined ? { text, limit } : { text, room, limit });
    return hits.map(({ row }) => row.id);
  }

  function say(order: number, text: string, room = number): void {
    store.timeline.write(room, message(order, { text }));
  }

  test('every word must be there, the last one as the beginning of one; the newest message is first', () => {
    say(1, 'The roses in the garden');
    say(2, 'A gardener, with ROSES');
    say(3, 'roses alone');
    expect(found('roses')).toEqual(['message-3', 'message-2', 'message-1']);
    expect(found('roses gard')).toEqual(['message-2', 'message-1']);
    expect(found('gard roses')).toEqual([]);
    expect(found('ose')).toEqual([]);
    expect(found('r')).toEqual(['message-3', 'message-2', 'message-1']);
    expect(found('roses', undefined, 2)).toEqual(['message-3', 'message-2']);
  });

  test('case and accents make no difference, in any script', () => {
    say(1, 'Ünïcödé Straße Ελλάδα Привет');
    for (const text of ['unicode', 'ÜNICODE', 'straße', 'ΕΛΛΆΔΑ', 'привет', 'ПРИВЕТ']) {
      expect(found(text), text).toEqual(['message-1']);
    }
  });

  test('a search in one room finds nothing of another, whatever the words are', () => {
    say(1, 'secret', number);
    say(2, `secret ${number}`, other);
    expect(found('secret', number)).toEqual(['message-1']);
    expect(found('secret', other)).toEqual(['message-2']);
    expect(found('secret', 99)).toEqual([]);
    const hits = store.timeline.search({ text: 'secret', limit: 10 });
    expect(hits.map(({ room }) => room)).toEqual([other, number]);
    expect(found(String(other)), 'a room number is no text').toEqual([]);
  });

  test('notices and names are not searched', () => {
    const base = { room: 'room', id: 'notice', order: 1, seq: 1, at: 1 };
    store.timeline.write(number, { ...base, kind: 'notice', event: 'joined', data: { name: 'Zacharias' } });
    say(2, 'hello');
    expect(found('Zacharias')).toEqual([]);
    expect(found('Ana')).toEqual([]);
  });

  test('the search follows edits, deletions and removals', () => {
    say(1, 'first words');
    say(2, 'lasting');
    store.timeline.write(number, message(1, { text: 'second thoughts', editedAt: 2 }));
    expect(found('first')).toEqual([]);
    expect(found('second')).toEqual(['message-1']);
    store.timeline.write(number, message(1, { text: 'second thoughts', reactions: [] }));
    expect(found('second')).toEqual(['message-1']);
    store.timeline.write(number, message(1, { text: '', deleted: true }));
    expect(found('second')).toEqual([]);
    store.timeline.remove(number, ['message-2']);
    expect(found('lasting')).toEqual([]);
    say(3, 'of the room', other);
    store.rooms.remove(other);
    expect(found('room')).toEqual([]);
  });

  test('a step that throws takes its words along', () => {
    expect(() =>
      store.step(() => {
        say(1, 'never said');
        expect(found('never')).toEqual(['message-1']);
        throw new Error('a fault');
      }),
    ).toThrow('a fault');
    expect(found('never')).toEqual([]);
  });

  test('an own message is as new as its place in the log, not as the moment it was written', () => {
    store.timeline.write(number, message(2 ** 50, { id: 'own', own: true, text: 'word' }));
    say(1_024, 'word');
    expect(found('word')).toEqual(['message-1024', 'own']);
    store.timeline.write(number, message(2_048, { id: 'own', own: true, text: 'word' }));
    expect(found('word')).toEqual(['own', 'message-1024']);
  });

  test('what a person types is never syntax', () => {
    say(1, 'near "quoted" text:x AND OR NOT (braces) col:umn star* caret^ semi;colon a-b it\'s');
    const hostile = [
      '"',
      '""',
      "'",
      '*',
      '^near',
      'near*',
      '"quoted"',
      '"quoted',
      'text:x',
      'room:1',
      '{text room}:x',
      '-text:near',
      'NEAR(near, 2)',
      'near AND',
      'AND',
      'OR NOT',
      'NOT near',
      '(near',
      'near)',
      'near + text',
      'a-b',
      "it's",
      'near\u0000text',
      '\u0000',
      '; DROP TABLE timeline',
      "' OR 1=1 --",
      '%',
      '\\',
      '\ud800',
      '\u202e\u0301',
      '🌱',
      'x '.repeat(100),
      '"'.repeat(200),
      'a'.repeat(200),
    ];
    for (const text of hostile) {
      expect(() => found(text), JSON.stringify(text)).not.toThrow();
      expect(() => found(text, number), JSON.stringify(text)).not.toThrow();
    }
    for (const text of ['near*', '"quoted"', 'text:x', 'a-b', "it's", 'AND', 'OR NOT', '(near', 'col:umn'])
      expect(found(text), text).toEqual(['message-1']);
    for (const text of ['room:1', 'near -quoted-not', 'NEAR(near, 2)', '*', '"', '', ' ', '\u0000'])
      expect(found(text), text).toEqual([]);
    expect(found('near\u0000text')).toEqual(['message-1']);
  });
});
