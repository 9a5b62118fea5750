import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isStoreError } from '../../src/store/database.ts';
import { openStore } from '../../src/store/store.ts';
import { addRoom, message, Places } from './places.ts';

let places: Places;
beforeEach(() => {
  places = new Places();
});
afterEach(() => places.clean());

test('the folder is for its owner only, and so are the files', () => {
  const store = places.open();
  const room = addRoom(store);
  store.outbox.add(room.number, 'a', { kind: 'leave', version: 1 }, 1);
  expect(statSync(places.profile).mode & 0o777).toBe(0o700);
  const files = readdirSync(places.profile);
  expect(files).toEqual(expect.arrayContaining(['ratchet.db', 'history.db', 'history.db-wal']));
  for (const file of files) expect(statSync(join(places.profile, file)).mode & 0o777).toBe(0o600);
});

test('everything is there again after it was closed', () => {
  const store = places.open();
  const link = new Uint8Array(32).fill(1);
  const digest = new Uint8Array(32).fill(2);
  const stored = store.step(() => {
    store.setName('Ana');
    store.setPreferences({ tellRead: false, tellTyping: true });
    const added = addRoom(store);
    const put = new Map([
      ['group', new Uint8Array([1, 2, 3])],
      ['epoch', new Uint8Array([4])],
    ]);
    store.records.apply(added.number, { put, delete: [] });
    store.outbox.add(added.number, 'a', { kind: 'text', version: 1, text: 'waiting' }, 7);
    const sealed = { epoch: 3, counter: 1, recipients: ['ben'], body: new Uint8Array([9, 9]) };
    store.outbox.seal(added.number, 'a', sealed);
    store.timeline.write(added.number, message(1));
    store.log.append(added.number, { seq: 1, id: new Uint8Array(16), link, digest: null });
    store.log.setDigest(added.number, 1, digest);
    store.rooms.change(added, { reason: 'a reason', leaving: true, alarm: true, standing: 'lost' });
    return store.rooms.setDraft(added, 'half a sen');
  });
  const { number } = stored;
  store.close();

  const again = places.open();
  expect(again.name()).toBe('Ana');
  expect(again.preferences()).toEqual({ tellRead: false, tellTyping: true });
  expect(again.rooms.all()).toEqual([
    { ...stored, reason: 'a reason', leaving: true, alarm: true, standing: 'lost', draft: 'half a sen' },
  ]);
  expect(again.records.load(number).get('group')).toEqual(new Uint8Array([1, 2, 3]));
  expect(again.outbox.of(number)).toMatchObject([
    { id: 'a', counter: 1, epoch: 3, at: 7, recipients: ['ben'], content: { text: 'waiting' } },
  ]);
  expect(again.outbox.body(number, 'a')).toEqual(new Uint8Array([9, 9]));
  expect(again.timeline.get(number, 'message-1')).toEqual(message(1));
  expect(again.log.entryAt(number, 1)).toEqual({ seq: 1, id: new Uint8Array(16), link, digest });
  expect(again.log.placeOf(number, new Uint8Array(16))).toBe(1);
});

test('records are put and deleted together; so are items of the outbox', () => {
  const store = places.memory();
  const { number } = addRoom(store);
  const other = addRoom(store).number;
  const record = (value: number) => new Uint8Array([value]);
  store.records.apply(number, {
    put: new Map([
      ['a', record(1)],
      ['b', record(2)],
    ]),
    delete: [],
  });
  store.records.apply(other, { put: new Map([['a', record(9)]]), delete: [] });
  store.records.apply(number, { put: new Map([['b', record(3)]]), delete: ['a'] });
  expect([...store.records.load(number)]).toEqual([['b', record(3)]]);
  expect([...store.records.load(other)]).toEqual([['a', record(9)]]);

  const first = store.outbox.add(number, 'x', { kind: 'leave', version: 1 }, 1);
  const second = store.outbox.add(number, 'y', { kind: 'leave', version: 1 }, 1);
  expect(second).toBeGreaterThan(first);
  expect(store.outbox.body(number, 'x')).toBeNull();
  store.outbox.seal(number, 'x', { epoch: 2, counter: 5, recipients: [], body: record(7) });
  expect(store.outbox.get(number, 'x')).toMatchObject({ counter: 5, epoch: 2 });
  expect(store.outbox.body(number, 'x')).toEqual(record(7));
  store.outbox.remove(number, 'x');
  expect(store.outbox.of(number).map(({ id }) => id)).toEqual(['y']);
});

test('[M11] a step that throws leaves nothing behind in either database, and the store goes on', () => {
  const store = places.open();
  const room = store.step(() => addRoom(store));
  expect(() =>
    store.step(() => {
      store.timeline.write(room.number, message(1));
      store.records.apply(room.number, { put: new Map([['a', new Uint8Array(1)]]), delete: [] });
      expect(store.timeline.get(room.number, 'message-1'), 'a step reads its own writes').not.toBeNull();
      throw new Error('a fault');
    }),
  ).toThrow('a fault');
  expect(store.timeline.get(room.number, 'message-1')).toBeNull();
  expect(store.records.load(room.number).size).toBe(0);
  store.step(() => store.timeline.write(room.number, message(2)));
  expect(store.timeline.get(room.number, 'message-2')).not.toBeNull();
  expect(() => store.step(() => store.step(() => {}))).toThrow('a step inside a step');
});

test('a forgotten room takes all that belongs to it along, and its number is never given again', () => {
  const store = places.open();
  const fill = (number: number) => {
    store.records.apply(number, { put: new Map([['a', new Uint8Array(1)]]), delete: [] });
    store.timeline.write(number, message(1));
    store.outbox.add(number, 'a', { kind: 'leave', version: 1 }, 1);
    const bytes = new Uint8Array(16);
    store.log.append(number, { seq: 1, id: bytes, link: bytes, digest: null });
    return number;
  };
  const [kept, gone] = store.step(() => [fill(addRoom(store).number), fill(addRoom(store).number)]);
  if (kept === undefined || gone === undefined) throw new Error('no rooms');
  store.step(() => store.rooms.remove(gone));
  const left = (number: number) => [
    store.rooms.all().filter((room) => room.number === number).length,
    store.records.load(number).size,
    store.outbox.of(number).length,
    store.log.entriesAfter(number, 0).length,
    store.timeline.page(number, { at: 'end' }, 10)?.rows.length,
    store.timeline.search({ text: 'line', room: number, limit: 10 }).length,
  ];
  expect(left(gone)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(left(kept)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(addRoom(store).number).toBeGreaterThan(gone);
});

test('what SQLite refuses for a fault of ours is no store error', () => {
  const store = places.memory();
  const { number } = addRoom(store);
  const leave = { kind: 'leave', version: 1 } as const;
  const faultOf = (act: () => unknown): unknown => {
    try {
      return act();
    } catch (error) {
      return error;
    }
  };
  store.outbox.add(number, 'x', leave, 1);
  for (const fault of [
    faultOf(() => store.outbox.add(number, 'x', leave, 1)),
    faultOf(() => store.timeline.write(number + 1, message(1))),
  ]) {
    expect(fault).toBeInstanceOf(Error);
    expect(isStoreError(fault)).toBe(false);
  }
});

test('nothing of a store in memory is on disk', () => {
  const before = readdirSync(places.folder);
  const store = places.memory();
  expect(store.ephemeral).toBe(true);
  store.step(() => store.timeline.write(addRoom(store).number, message(1)));
  expect(readdirSync(places.folder)).toEqual(before);
});

test('a profile of an early version is refused with a sentence', () => {
  places.open().close();
  writeFileSync(join(places.profile, 'profile.db'), '');
  expect(places.refusal()).toContain('early version');
});

test('a profile that is in use is refused with a sentence', () => {
  const store = places.open();
  expect(places.refusal()).toContain('in use');
  store.close();
  places.open();
});

test('a key of another length is a bug, not a refusal', () => {
  expect(() => openStore({ folder: places.profile, key: new Uint8Array(16) })).toThrow('32 bytes');
});
