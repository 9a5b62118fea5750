import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { databaseKey } from '../../src/store/databaseKey.ts';
import type { Store } from '../../src/store/store.ts';
import { filesWith, type Secret } from './fileScan.ts';
import { addRoom, message, Places } from './places.ts';

let places: Places;
beforeEach(() => {
  places = new Places();
});
afterEach(() => places.clean());

const record = new Uint8Array(randomBytes(48));
const secrets: Secret[] = [
  'roomnamexq',
  'profilenamexq',
  'draftxq',
  'queuedxq',
  'messagexq',
  'sendernamexq',
  record,
];

/** Says after each step and inside each which secrets the files show. */
function live(store: Store, scan: () => string[]): Set<string> {
  const shown = new Set<string>();
  const look = () => {
    for (const found of scan()) shown.add(found);
  };
  const step = (change: () => void) => {
    store.step(() => {
      change();
      look();
    });
    look();
  };
  let number = 0;
  step(() => {
    store.setName('profilenamexq');
    number = addRoom(store, 'roomnamexq').number;
  });
  step(() => {
    store.records.apply(number, { put: new Map([['group', record]]), delete: [] });
    store.outbox.add(number, 'a', { kind: 'text', version: 1, text: 'queuedxq' }, 1);
    store.timeline.write(number, message(1, { text: 'messagexq', name: 'sendernamexq' }));
  });
  step(() => {
    store.records.apply(number, { put: new Map(), delete: ['group'] });
    store.outbox.remove(number, 'a');
    store.rooms.setDraft(store.rooms.get(number), 'draftxq');
  });
  step(() => {
    store.records.apply(number, { put: new Map([['group', record]]), delete: [] });
  });
  store.wipeDeleted();
  look();
  store.close();
  look();
  return shown;
}

test('no file of a profile shows a text, a name, a record or a key, at any time', () => {
  const keys = [places.key, databaseKey(places.key, 'ratchet'), databaseKey(places.key, 'history')];
  const scan = () => filesWith(places.profile, [...secrets, ...keys]);
  expect(live(places.open(), scan)).toEqual(new Set());
});

test('negative control: without encryption the same scan finds each of them, in databases and write-ahead logs', () => {
  const plain = places.openPlain();
  const shown = [...live(plain, () => filesWith(places.plain, secrets))];
  for (const secret of secrets) {
    const name = typeof secret === 'string' ? secret : Buffer.from(secret).toString('hex');
    expect(
      shown.some((found) => found.endsWith(`: ${name}`)),
      name,
    ).toBe(true);
  }
  const files = new Set(shown.map((found) => found.split(':')[0]));
  expect(files).toEqual(new Set(['ratchet.db', 'ratchet.db-wal', 'history.db', 'history.db-wal']));
});

test('[E1] what was deleted is in no file any more, not even for one who has the key', () => {
  // Without encryption, for what is only hidden by the key would be hidden from this test, too.
  const store = places.openPlain();
  const found = (): string[] => filesWith(places.plain, [record, 'messagexq', 'essagexq']);
  const { number } = addRoom(store);
  store.step(() => {
    store.records.apply(number, { put: new Map([['group', record]]), delete: [] });
    store.timeline.write(number, message(1, { text: 'a messagexq b' }));
    store.timeline.write(number, message(2, { text: 'some other words' }));
  });
  store.wipeDeleted();
  const hex = Buffer.from(record).toString('hex');
  expect(found(), 'negative control: they were written').toEqual(
    expect.arrayContaining([`ratchet.db: ${hex}`, 'history.db: messagexq']),
  );
  store.step(() => {
    store.records.apply(number, { put: new Map(), delete: ['group'] });
    store.timeline.remove(number, ['message-1']);
  });
  store.wipeDeleted();
  expect(found()).toEqual([]);
  expect(store.timeline.search({ text: 'some other', limit: 5 })).toHaveLength(1);
});

test('[E1] a deletion that a crash cut short is finished at the next start', () => {
  const store = places.openPlain();
  const folder = places.plain;
  const { number } = addRoom(store);
  store.step(() => {
    store.records.apply(number, { put: new Map([['group', record]]), delete: [] });
    store.timeline.write(number, message(1, { text: 'messagexq' }));
  });
  store.step(() => {
    store.records.apply(number, { put: new Map(), delete: ['group'] });
    store.timeline.remove(number, ['message-1']);
  });
  // What a killed process leaves: the files as they are, before `wipeDeleted`.
  const crashed = places.copy(folder);
  const found = () => filesWith(crashed, ['messagexq']);
  expect(found(), 'negative control: it was left behind').not.toEqual([]);
  places.openPlain(crashed);
  expect(found()).toEqual([]);
});

test('each database has a key of its own', () => {
  const ratchet = databaseKey(places.key, 'ratchet');
  expect(ratchet).toHaveLength(32);
  expect(ratchet).not.toEqual(databaseKey(places.key, 'history'));
  expect(databaseKey(places.key, 'ratchet')).toEqual(ratchet);
});
