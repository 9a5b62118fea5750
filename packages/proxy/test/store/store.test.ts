import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { MessageRow } from '@otr/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { generateKeyPair, privateKeyBytes } from '../../src/core/keyPair.ts';
import { randomId, toText } from '../../src/core/text.ts';
import { emptyLog, type RoomLog } from '../../src/machine/roomLog.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import type { TimelineFrom } from '../../src/store/timelineTable.ts';

let folder: string;
const stores: Store[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'otr-store-'));
});
afterEach(() => {
  for (const store of stores.splice(0)) store.close();
  rmSync(folder, { recursive: true });
});

function open(place: Parameters<typeof openStore>[0] = { folder: join(folder, 'profile') }): Store {
  const opened = openStore(place);
  if (!opened.ok) throw new Error(opened.message);
  stores.push(opened.value);
  return opened.value;
}

function addRoom(store: Store) {
  const room = randomId();
  return store.rooms.add({
    room,
    relayUrl: 'http://127.0.0.1:1',
    secret: new Uint8Array(32),
    createdHere: true,
    name: 'Garden',
    nameAt: 1,
    at: 1,
  });
}

function message(order: number, change: Partial<MessageRow> = {}): MessageRow {
  const id = `message-${order}`;
  const base = { kind: 'message', room: 'room', seq: order, at: 1, from: 'key', name: 'Ana' } as const;
  return { ...base, id, order, own: false, text: `line ${order}`, delivery: 'relay', ...change };
}

test('the folder is for its owner only, and so are the files', () => {
  const store = open();
  addRoom(store);
  const profile = join(folder, 'profile');
  expect(statSync(profile).mode & 0o777).toBe(0o700);
  const files = readdirSync(profile);
  expect(files).toContain('profile.db');
  for (const file of files) expect(statSync(join(profile, file)).mode & 0o777).toBe(0o600);
});

test('everything is there again after it was closed', () => {
  const store = open();
  const pair = generateKeyPair();
  const stored = store.step(() => {
    store.setName('Ana');
    const added = addRoom(store);
    store.ownKeys.add(added.number, pair);
    store.outbox.add(added.number, 'a', { kind: 'text', text: 'waiting' }, 7);
    store.outbox.seal(added.number, 'a', 3, 1, {
      from: pair.publicKey,
      slices: [{ to: pair.publicKey, ciphertext: new Uint8Array(40) }],
    });
    store.timeline.write(added.number, message(1));
    return store.rooms.setDraft(added, 'half a sen');
  });
  const key = toText(pair.publicKey);
  const log: RoomLog = {
    ...emptyLog(new Uint8Array(32), key),
    cursor: 5,
    epoch: 2,
    joinedAt: 1,
    members: new Map([[key, { publicKey: pair.publicKey, name: 'Ana', leaving: false }]]),
    counters: new Map([[key, 4]]),
    removed: new Set([toText(new Uint8Array(32))]),
    run: { seq: 4, count: 2 },
  };
  store.step(() => store.log.save(stored.number, log, null));
  store.close();

  const again = open();
  expect(again.name()).toBe('Ana');
  const [room] = again.rooms.all();
  expect(room).toMatchObject({ name: 'Garden', draft: 'half a sen', room: stored.room });
  expect(again.log.load(stored.number, key)).toEqual(log);
  const [ownKey] = again.ownKeys.of(stored.number);
  expect(ownKey?.pair.publicKey).toEqual(pair.publicKey);
  expect(again.outbox.of(stored.number)).toMatchObject([{ id: 'a', counter: 1, epoch: 3, at: 7 }]);
  expect(again.outbox.sealedItem(stored.number, 'a')?.envelope.slices).toHaveLength(1);
  expect(again.timeline.get(stored.number, 'message-1')).toEqual(message(1));
});

test('[M11] a step that throws leaves nothing behind, and the store goes on', () => {
  const store = open();
  const room = store.step(() => addRoom(store));
  expect(() =>
    store.step(() => {
      store.timeline.write(room.number, message(1));
      throw new Error('a fault');
    }),
  ).toThrow('a fault');
  expect(store.timeline.get(room.number, 'message-1')).toBeNull();
  store.step(() => store.timeline.write(room.number, message(2)));
  expect(store.timeline.get(room.number, 'message-2')).not.toBeNull();
  expect(() => store.step(() => store.step(() => {}))).toThrow('a step inside a step');
});

test('[K7] an erased private key is in no file any more', () => {
  const store = open();
  const pair = generateKeyPair();
  const bytes = Buffer.from(privateKeyBytes(pair));
  const found = () =>
    readdirSync(join(folder, 'profile')).some((file) =>
      readFileSync(join(folder, 'profile', file)).includes(bytes),
    );
  const room = store.step(() => {
    const added = addRoom(store);
    store.ownKeys.add(added.number, pair);
    return added;
  });
  expect(found(), 'negative control: it was written').toBe(true);
  store.step(() => store.ownKeys.erase(room.number, pair.publicKey));
  store.wipeDeleted();
  expect(found()).toBe(false);
  expect(store.ownKeys.of(room.number)).toEqual([]);
});

test('[K7] a key whose erasure was cut short by a crash is in no file after the next start', () => {
  const store = open();
  const pair = generateKeyPair();
  const bytes = Buffer.from(privateKeyBytes(pair));
  const room = store.step(() => {
    const added = addRoom(store);
    store.ownKeys.add(added.number, pair);
    return added;
  });
  store.step(() => store.ownKeys.erase(room.number, pair.publicKey));
  // What a killed process leaves: the files as they are, before `wipeDeleted`.
  const crashed = join(folder, 'crashed');
  cpSync(join(folder, 'profile'), crashed, { recursive: true });
  const found = () => readdirSync(crashed).some((file) => readFileSync(join(crashed, file)).includes(bytes));
  expect(found(), 'negative control: it was left behind').toBe(true);
  open({ folder: crashed });
  expect(found()).toBe(false);
});

test('a forgotten room takes all that belongs to it along', () => {
  const store = open();
  const room = store.step(() => {
    const added = addRoom(store);
    store.ownKeys.add(added.number, generateKeyPair());
    store.timeline.write(added.number, message(1));
    store.outbox.add(added.number, 'a', { kind: 'leave' }, 1);
    return added;
  });
  store.step(() => store.rooms.remove(room.number));
  store.close();
  const database = new DatabaseSync(join(folder, 'profile', 'profile.db'));
  for (const table of ['rooms', 'own_keys', 'timeline', 'outbox', 'members', 'log', 'drafts']) {
    expect(database.prepare(`SELECT COUNT(*) AS count FROM ${table}`).get()).toEqual({ count: 0 });
  }
  database.close();
});

test('rows move with their order, and unread counts messages of others', () => {
  const store = open('memory');
  const { number } = addRoom(store);
  store.timeline.write(number, message(2 ** 50 + 1, { id: 'own', own: true }));
  store.timeline.write(number, message(1_024));
  store.timeline.write(number, message(2_048, { id: 'own', own: true }));
  store.timeline.write(number, message(3_072));
  const page = store.timeline.page(number, { at: 'end' }, 10);
  expect(page?.rows.map(({ order }) => order)).toEqual([1_024, 2_048, 3_072]);
  expect(store.timeline.countAfter(number, 0)).toBe(2);
  expect(store.timeline.countAfter(number, 1_024)).toBe(1);
});

test('pages of 50,000 rows are found without reading the others', () => {
  const store = open('memory');
  const { number } = addRoom(store);
  const rows = 50_000;
  store.step(() => {
    for (let order = 1; order <= rows; order++) store.timeline.write(number, message(order));
  });
  const around = store.timeline.page(number, { at: 'around', id: 'message-25000' }, 100);
  expect(around?.rows).toHaveLength(100);
  const before = store.timeline.page(number, { at: 'before', order: 100 }, 500);
  expect(before?.rows).toHaveLength(99);
  expect([before?.olderLeft, before?.newerLeft]).toEqual([false, true]);
  const after = store.timeline.page(number, { at: 'after', order: rows - 10 }, 500);
  expect(after?.rows).toHaveLength(10);
  expect([after?.olderLeft, after?.newerLeft]).toEqual([true, false]);
});

test('a page of long messages stops early and says so; going on from its edge finds all of them', () => {
  const store = open('memory');
  const { number } = addRoom(store);
  const text = 'x'.repeat(64 * 1024);
  const rows = 100;
  store.step(() => {
    for (let order = 1; order <= rows; order++) store.timeline.write(number, message(order, { text }));
  });
  const page = (from: TimelineFrom) => {
    const found = store.timeline.page(number, from, 500);
    if (!found) throw new Error('no page');
    expect(JSON.stringify(found.rows).length).toBeLessThan(2.2 * 1024 * 1024);
    expect(found.rows.length).toBeGreaterThan(1);
    return { ...found, orders: found.rows.map(({ order }) => order) };
  };
  let before = page({ at: 'end' });
  expect([before.olderLeft, before.newerLeft]).toEqual([true, false]);
  const seen = [...before.orders];
  while (before.olderLeft) {
    before = page({ at: 'before', order: seen[0] ?? 0 });
    seen.unshift(...before.orders);
  }
  expect(seen).toEqual(Array.from({ length: rows }, (_, index) => index + 1));
  const around = page({ at: 'around', id: 'message-50' });
  expect([around.olderLeft, around.newerLeft, around.orders.includes(50)]).toEqual([true, true, true]);
  expect(page({ at: 'after', order: 0 })).toMatchObject({ olderLeft: false, newerLeft: true });
});

test('a page says whether there is more on each side', () => {
  const store = open('memory');
  const { number } = addRoom(store);
  for (let order = 1; order <= 3; order++) store.timeline.write(number, message(order));
  const left = (from: TimelineFrom, limit: number) => {
    const page = store.timeline.page(number, from, limit);
    return [page?.rows.map(({ order }) => order), page?.olderLeft, page?.newerLeft];
  };
  expect(left({ at: 'before', order: 9 }, 3)).toEqual([[1, 2, 3], false, false]);
  expect(left({ at: 'before', order: 3 }, 1)).toEqual([[2], true, true]);
  expect(left({ at: 'after', order: 0 }, 3)).toEqual([[1, 2, 3], false, false]);
  expect(left({ at: 'after', order: 1 }, 1)).toEqual([[2], true, true]);
  expect(left({ at: 'around', id: 'message-2' }, 1)).toEqual([[2], true, true]);
  expect(left({ at: 'around', id: 'message-1' }, 3)).toEqual([[1, 2], false, true]);
});

test('a file that is no database, and one of a newer version, are refused with a sentence', () => {
  open().close();
  const file = join(folder, 'profile', 'profile.db');
  const database = new DatabaseSync(file);
  database.exec('PRAGMA user_version = 99');
  database.close();
  expect(openStore({ folder: join(folder, 'profile') })).toMatchObject({
    ok: false,
    message: expect.stringContaining('newer version'),
  });
  writeFileSync(
    file,
    'this is a text and no database, but long enough to be read as a header of one'.repeat(20),
  );
  expect(openStore({ folder: join(folder, 'profile') })).toMatchObject({
    ok: false,
    message: expect.stringContaining('cannot be opened'),
  });
});
