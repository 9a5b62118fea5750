import { randomBytes } from 'node:crypto';
import Database from 'better-sqlite3-multiple-ciphers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StoredRoom } from '../../src/store/roomTable.ts';
import type { StepPoint } from '../../src/store/steps.ts';
import type { Store } from '../../src/store/store.ts';
import { filesWith } from './fileScan.ts';
import { addRoom, message, Places } from './places.ts';

let places: Places;
beforeEach(() => {
  places = new Places();
});
afterEach(() => places.clean());

const body = new Uint8Array(randomBytes(48));
const ciphertext = new Uint8Array(randomBytes(48));
const texts = ['saidxq', 'editedxq', 'sendernamexq', 'draftxq', 'queuedxq', 'recipientxq', 'failedxq'];
const secrets = [...texts, body, ciphertext];

const queued = (text: string) => ({ kind: 'text', version: 1, text }) as const;

/** All that a step may do in a room. */
function live(store: Store, room: StoredRoom, step: (change: () => void) => void): void {
  const { number } = room;
  step(() => {
    store.timeline.write(number, message(1, { text: 'saidxq', name: 'sendernamexq' }));
    store.rooms.setDraft(room, 'draftxq');
    store.outbox.add(number, 'a', queued('queuedxq'), 1, { whisperTo: ['recipientxq'] });
  });
  step(() => {
    store.timeline.write(number, message(1, { text: 'editedxq', editedAt: 2 }));
    const slices = [{ to: new Uint8Array(32), ciphertext }];
    store.outbox.seal(number, 'a', { epoch: 1, counter: 1, recipients: ['recipientxq'], body, slices });
    store.records.apply(number, { put: new Map([['group', new Uint8Array([1])]]), delete: [] });
    store.rooms.change(room, { at: 9, readOrder: 1 });
  });
  const failing = () =>
    step(() => {
      store.timeline.write(number, message(2, { text: 'failedxq' }));
      throw new Error('a fault');
    });
  expect(failing).toThrow('a fault');
  expect(store.timeline.search({ text: 'edited', limit: 5 })).toHaveLength(1);
}

/** Everything that the files show after each step and inside each. */
function shownBy(offTheRecord: boolean): { shown: Set<string>; store: Store; room: StoredRoom } {
  const store = places.openPlain();
  const room = addRoom(store, 'roomnamexq', offTheRecord);
  const shown = new Set<string>();
  const look = () => {
    for (const found of filesWith(places.plain, secrets)) shown.add(found);
  };
  live(store, room, (change) => {
    store.step(() => {
      try {
        change();
      } finally {
        look();
      }
    });
    look();
  });
  store.wipeDeleted();
  look();
  return { shown, store, room };
}

describe('[D9] of a room off the record', () => {
  test('no file of a profile shows what is said, drafted or waits to be sent, not even for one who has the key', () => {
    // Without encryption, for what is only hidden by the key would be hidden from this test, too.
    const { shown, store, room } = shownBy(true);
    expect(shown).toEqual(new Set());
    expect(filesWith(places.plain, ['roomnamexq']), 'the room itself is on disk').not.toEqual([]);
    store.rooms.remove(room.number);
    store.close();
    expect(filesWith(places.plain, secrets)).toEqual([]);
  });

  test('negative control: of another room the same scan finds each of them', () => {
    const shown = [...shownBy(false).shown];
    const written = secrets.filter((secret) => secret !== 'failedxq');
    for (const secret of written) {
      const name = typeof secret === 'string' ? secret : Buffer.from(secret).toString('hex');
      expect(shown.some((found) => found.endsWith(`: ${name}`))).toBe(true);
    }
    const files = new Set(shown.map((found) => found.split(':')[0]));
    expect(files).toEqual(new Set(['ratchet.db', 'ratchet.db-wal', 'history.db', 'history.db-wal']));
  });

  test('all is there while the store is open', () => {
    const store = places.open();
    const room = addRoom(store, 'Garden', true);
    live(store, room, (change) => store.step(change));
    expect(store.rooms.get(room.number)).toMatchObject({ draft: 'draftxq', offTheRecord: true, at: 9 });
    expect(store.timeline.lastMessage(room.number)).toMatchObject({ text: 'editedxq' });
    expect(store.outbox.of(room.number)).toMatchObject([
      { id: 'a', counter: 1, recipients: ['recipientxq'] },
    ]);
    expect(store.outbox.body(room.number, 'a')).toEqual(body);
  });

  test('what it held is gone when the store was closed; the room, its keys and its log are there', () => {
    const store = places.open();
    const room = addRoom(store, 'Garden', true);
    const bytes = new Uint8Array(16);
    live(store, room, (change) => store.step(change));
    store.log.append(room.number, { seq: 1, id: bytes, link: bytes, digest: null });
    store.close();

    const again = places.open();
    expect(again.rooms.all()).toEqual([{ ...room, at: 9, readOrder: 1, draft: '' }]);
    expect(again.timeline.page(room.number, { at: 'end' }, 10)?.rows).toEqual([]);
    expect(again.timeline.search({ text: 'edited', limit: 5 })).toEqual([]);
    expect(again.outbox.of(room.number)).toEqual([]);
    expect(again.records.load(room.number).get('group')).toEqual(new Uint8Array([1]));
    expect(again.log.placeOf(room.number, bytes)).toBe(1);
    // It is still off the record.
    again.timeline.write(room.number, message(1, { text: 'saidxq' }));
    again.close();
    expect(places.open().timeline.get(room.number, 'message-1')).toBeNull();
  });

  test('[M11] what a step that throws has written is undone with it', () => {
    const store = places.open();
    const room = addRoom(store, 'Garden', true);
    const { number } = room;
    store.timeline.write(number, message(1, { text: 'before' }));
    store.outbox.add(number, 'a', queued('before'), 1);
    store.rooms.setDraft(room, 'before');
    let added = 0;
    const step = () =>
      store.step(() => {
        store.timeline.write(number, message(1, { text: 'after' }));
        store.timeline.write(number, message(2, { text: 'after' }));
        store.outbox.remove(number, 'a');
        store.outbox.add(number, 'b', queued('after'), 1);
        store.rooms.setDraft(room, 'after');
        added = addRoom(store, 'New', true).number;
        store.timeline.write(added, message(1, { text: 'after' }));
        store.rooms.remove(number);
        throw new Error('a fault');
      });
    expect(step).toThrow('a fault');
    expect(store.timeline.search({ text: 'after', limit: 5 })).toEqual([]);
    expect(store.timeline.search({ text: 'before', limit: 5 })).toHaveLength(1);
    expect(store.outbox.of(number).map(({ id }) => id)).toEqual(['a']);
    expect(store.rooms.all()).toEqual([{ ...room, draft: 'before' }]);
    expect(() => store.timeline.write(added, message(1))).toThrow('no such room');
    // Its number is given again, to a room that is not off the record.
    const next = addRoom(store, 'Next');
    expect([next.number, next.offTheRecord]).toEqual([added, false]);
  });

  test('a forgotten one takes all along, a long one a part at a time', () => {
    const store = places.open();
    const { number } = addRoom(store, 'Garden', true);
    store.step(() => {
      for (let order = 1; order <= 150; order++) store.timeline.write(number, message(order));
      store.outbox.add(number, 'a', queued('x'), 1);
    });
    store.rooms.remove(number);
    expect(store.timeline.search({ text: 'line', limit: 5 })).toEqual([]);
    expect(store.outbox.of(number)).toEqual([]);
    expect([store.tidy(), store.tidy()]).toEqual([false, false]);
    expect(() => store.timeline.write(number, message(1))).toThrow('no such room');
  });
});

describe('[D9] a room that becomes off the record', () => {
  /** As it was used before its settings were known. */
  function used(store: Store): StoredRoom {
    const room = addRoom(store);
    store.step(() => {
      store.timeline.write(room.number, message(1, { text: 'saidxq' }));
      store.timeline.write(room.number, message(2, { text: 'editedxq', replyTo: quoted }));
      store.outbox.add(room.number, 'a', queued('queuedxq'), 1);
      store.outbox.add(room.number, 'b', queued('queuedxq'), 1, { first: true, whisperTo: ['recipientxq'] });
      const slices = [{ to: new Uint8Array(32), ciphertext }];
      store.outbox.seal(room.number, 'a', {
        epoch: 1,
        counter: 1,
        recipients: ['recipientxq'],
        body,
        slices,
      });
      store.rooms.setDraft(room, 'draftxq');
    });
    return store.rooms.get(room.number);
  }
  const quoted = { id: 'message-1', name: '', text: '' };

  /** All of a room that may not be on a disk. */
  const heldBy = (store: Store, { number }: StoredRoom) => ({
    rows: store.timeline.page(number, { at: 'end' }, 10),
    hits: store.timeline.search({ text: 'edited', room: number, limit: 5 }),
    items: store.outbox.of(number),
    body: store.outbox.body(number, 'a'),
    slices: store.outbox.slices(number, 'a'),
    draft: store.rooms.get(number).draft,
  });

  test('has all that it had, and the files have none of it any more', () => {
    const store = places.openPlain();
    // Its numbers are not in the way of those that come.
    const another = addRoom(store, 'Another', true).number;
    store.outbox.add(another, 'a', queued('x'), 1);
    store.outbox.add(another, 'b', queued('x'), 1, { first: true });
    const room = used(store);
    const before = heldBy(store, room);
    expect(before.items).toHaveLength(2);
    expect(filesWith(places.plain, secrets), 'negative control: it was on disk').not.toEqual([]);
    const changed = store.rooms.change(room, { offTheRecord: true, name: 'Known' });
    expect(changed).toEqual({ ...room, offTheRecord: true, name: 'Known' });
    expect(store.rooms.get(room.number)).toEqual(changed);
    expect(heldBy(store, room)).toEqual(before);
    store.wipeDeleted();
    expect(filesWith(places.plain, secrets)).toEqual([]);
    expect(store.outbox.add(room.number, 'c', queued('x'), 1)).toBeGreaterThan(before.items[1]?.number ?? 0);
  });

  test('never goes back, whatever an older idea of it says', () => {
    const store = places.open();
    const room = addRoom(store);
    store.rooms.change(room, { offTheRecord: true });
    expect(store.rooms.change(room, { name: 'Later' }).offTheRecord).toBe(true);
    expect(store.rooms.change(room, { offTheRecord: false }).offTheRecord).toBe(true);
    store.close();
    expect(places.open().rooms.all()).toMatchObject([{ offTheRecord: true }]);
  });

  test('[M11] stays as it was when the step throws', () => {
    const store = places.open();
    const room = used(store);
    const before = heldBy(store, room);
    const step = () =>
      store.step(() => {
        store.rooms.change(room, { offTheRecord: true });
        throw new Error('a fault');
      });
    expect(step).toThrow('a fault');
    expect(heldBy(store, room)).toEqual(before);
    store.close();
    expect(heldBy(places.open(), room), 'on disk').toEqual(before);
  });

  test('[M11] has become so when history.db alone could not be written: nothing that follows is on disk', () => {
    let isFull = false;
    const reached = (point: StepPoint) => {
      if (!isFull || point !== 'ratchetCommitted') return;
      isFull = false;
      throw new Database.SqliteError('database or disk is full', 'SQLITE_FULL');
    };
    const store = places.openPlain(places.plain, reached);
    const room = addRoom(store);
    isFull = true;
    store.step(() => {
      store.records.apply(room.number, { put: new Map([['group', new Uint8Array(1)]]), delete: [] });
      store.rooms.change(room, { offTheRecord: true });
      store.timeline.write(room.number, message(1, { text: 'saidxq' }));
    });
    expect(isFull, 'it was full').toBe(false);
    expect(store.timeline.get(room.number, 'message-1')).not.toBeNull();
    store.step(() => store.outbox.add(room.number, 'a', queued('queuedxq'), 1));
    expect(store.rooms.all()).toMatchObject([{ offTheRecord: true }]);
    store.close();
    expect(filesWith(places.plain, secrets)).toEqual([]);
    expect(places.openPlain().rooms.all()).toMatchObject([{ offTheRecord: true }]);
  });
});

describe('beside rooms that are kept', () => {
  test('a search over all rooms shows both, the newest first, up to its limit', () => {
    const store = places.memory();
    const [kept, off] = [addRoom(store).number, addRoom(store, 'Off', true).number];
    const say = (room: number, at: number) => store.timeline.write(room, message(at, { at, text: 'word' }));
    for (const at of [1, 4, 6]) say(kept, at);
    for (const at of [2, 3, 5]) say(off, at);
    const found = (limit: number) =>
      store.timeline.search({ text: 'wor', limit }).map(({ room, row }) => [room, row.at]);
    const all = [
      [kept, 6],
      [off, 5],
      [kept, 4],
      [off, 3],
      [off, 2],
      [kept, 1],
    ];
    expect(found(10)).toEqual(all);
    expect(found(2)).toEqual(all.slice(0, 2));
    expect(store.timeline.search({ text: 'wor', room: off, limit: 10 })).toHaveLength(3);
  });

  test('messages whose time is over are found in both, and the next one of either is known', () => {
    const store = places.memory();
    const [kept, off] = [addRoom(store).number, addRoom(store, 'Off', true).number];
    store.timeline.write(kept, message(1, { expiresAt: 50 }));
    expect(store.timeline.nextExpiry()).toBe(50);
    store.timeline.write(off, message(1, { expiresAt: 40 }));
    expect(store.timeline.nextExpiry()).toBe(40);
    expect(store.timeline.due(60)).toEqual([
      { room: kept, ids: ['message-1'] },
      { room: off, ids: ['message-1'] },
    ]);
    store.timeline.remove(kept, ['message-1']);
    expect(store.timeline.nextExpiry()).toBe(40);
  });

  test('what is left of a long one is tidied, too', () => {
    const store = places.memory();
    const rooms = [addRoom(store).number, addRoom(store, 'Off', true).number];
    store.step(() => {
      for (let order = 1; order <= 350; order++) {
        for (const room of rooms) store.timeline.write(room, message(order));
      }
    });
    for (const room of rooms) store.rooms.remove(room);
    expect([store.tidy(), store.tidy(), store.tidy()]).toEqual([true, true, false]);
  });
});
