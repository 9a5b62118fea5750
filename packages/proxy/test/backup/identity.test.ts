import { join } from 'node:path';
import type { Content } from '@otr/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { toText } from '../../src/core/text.ts';
import { addJoiningRoom } from '../../src/room/newRoom.ts';
import { keptIn } from '../../src/room/records.ts';
import type { Person } from '../../src/store/peopleTable.ts';
import type { Store } from '../../src/store/store.ts';
import { addRoom, message } from '../store/places.ts';
import { backup, mustDo, recordsOf, restore, Shelf, storeIn } from './profiles.ts';

let shelf: Shelf;
beforeEach(() => {
  shelf = new Shelf();
});
afterEach(() => shelf.clean());

async function see<Value>(folder: string, look: (store: Store) => Value): Promise<Value> {
  const store = await storeIn(folder);
  const seen = look(store);
  store.close();
  return seen;
}

/** Fills a profile, backs it up, restores it, and says what `look` sees in the restored one. */
async function afterwards<Value>(
  fill: (store: Store) => void,
  look: (store: Store) => Value,
): Promise<Value> {
  const profile = shelf.place('profile');
  await see(profile, (store) => store.step(() => fill(store)));
  await mustDo(backup(profile, shelf.place('backup')));
  await mustDo(restore(shelf.place('backup'), shelf.place('restored')));
  return see(shelf.place('restored'), look);
}

const keyOf = (bytes: number) => toText(new Uint8Array(32).fill(bytes));
const idOf = (bytes: number) => toText(new Uint8Array(16).fill(bytes));
const text: Content = { kind: 'text', version: 1, text: 'later' };

test('[D1, D6] a restored profile is the same person, and knows the same people', async () => {
  const people: Person[] = [
    { identityKey: keyOf(1), name: 'Ben', metAt: 3, verified: { by: 'number', at: 4 }, accepted: false },
    { identityKey: keyOf(2), name: 'Ben', metAt: 5, verified: null, accepted: true },
  ];
  const seen = await afterwards(
    (store) => {
      for (const person of people) store.people.put(person);
    },
    (store) => ({ people: store.people.all(), key: store.identityKey() }),
  );
  expect(seen.people).toEqual(people);
  expect(seen.key).toEqual(await see(shelf.place('profile'), (store) => store.identityKey()));
});

test('a whisper that waits comes back as one; what only the former leaf could send does not', async () => {
  const items = await afterwards(
    (store) => {
      const { number } = addRoom(store);
      store.outbox.add(number, idOf(1), text, 1, { whisperTo: [keyOf(1), keyOf(2)] });
      store.outbox.add(number, idOf(2), text, 1);
      store.outbox.add(number, idOf(3), { kind: 'identify', version: 1, to: [1], tags: 'AAAA' }, 1);
      const words = { to: keyOf(1), session: idOf(1), step: { name: 'stop', wrong: false } } as const;
      store.outbox.add(number, idOf(4), { kind: 'words', version: 1, ...words }, 1);
      store.outbox.add(number, idOf(5), { kind: 'leave', version: 1 }, 1);
    },
    (store) => store.outbox.of(store.rooms.all()[0]?.number ?? 0),
  );
  expect(items.map(({ content, whisperTo }) => [content, whisperTo])).toEqual([
    [text, [keyOf(1), keyOf(2)]],
    [text, null],
  ]);
});

test('[D7] who knocked by a one-time invite can still show by which', async () => {
  const voucher = new Uint8Array(32).fill(7);
  const fingerprint = new Uint8Array(16).fill(8);
  const join = await afterwards(
    (store) => {
      const invite = {
        relayUrl: 'http://127.0.0.1:1',
        room: new Uint8Array(16),
        secret: voucher,
        fingerprint,
      };
      const options = { store, name: 'Door', profileName: 'Ann', now: Date.now(), invite };
      addJoiningRoom({ ...options, ...invite, identityKey: new Uint8Array(32).fill(9) });
    },
    (store) => keptIn(store.records.load(store.rooms.all()[0]?.number ?? 0)).join,
  );
  expect(join).toMatchObject({ cameBy: { voucher, fingerprint }, formerly: null });
});

test('[D9] of a room off the record nothing is in a backup', async () => {
  const rooms = await afterwards(
    (store) => {
      const room = addRoom(store, 'Hidden', true);
      store.timeline.write(room.number, message(1, { text: 'unsaid' }));
      store.rooms.setDraft(room, 'unsaid');
      store.outbox.add(room.number, idOf(1), text, 1);
      store.timeline.write(addRoom(store, 'Garden').number, message(1));
    },
    (store) => store.rooms.all().map(({ name }) => name),
  );
  expect(rooms).toEqual(['Garden']);
  const records = await recordsOf(shelf.place('backup'));
  expect(JSON.stringify(records)).not.toMatch(/hidden|unsaid|later/i);
  expect(
    records.map(({ kind }) => kind),
    'negative control: the other one is',
  ).toEqual(['profile', 'room', 'row']);
});

/** Written by the version before there were identity keys; its passphrase is that of the others here. */
const version1 = join(import.meta.dirname, 'version1.backup');

test('a backup of version 1 comes back with all it has; the new profile has an identity key of its own', async () => {
  const folders = [shelf.place('one'), shelf.place('two')];
  const seen = [];
  for (const folder of folders) {
    await mustDo(restore(version1, folder));
    const look = (store: Store) => ({
      name: store.name(),
      rooms: store.rooms.all().map(({ name, standing }) => [name, standing]),
      line: store.timeline.search({ text: 'old line', limit: 5 }).length,
      waiting: store.outbox.of(1).map(({ content, whisperTo }) => ({ content, whisperTo })),
      knock: keptIn(store.records.load(2)).join,
      people: store.people.all(),
      key: toText(store.identityKey()),
    });
    seen.push(await see(folder, look));
  }
  expect(seen[0]).toMatchObject({
    ...{ name: 'Ann', line: 1, people: [], knock: { secret: new Uint8Array(32).fill(6), cameBy: null } },
    rooms: [
      ['Garden', 'lost'],
      ['Door', 'joining'],
    ],
    waiting: [{ content: { text: 'still waiting' }, whisperTo: null }],
  });
  expect(seen[0]?.key).not.toBe(seen[1]?.key);
});
