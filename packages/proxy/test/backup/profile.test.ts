import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from '@otr/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unfinishedBackup } from '../../src/backup/backupFile.ts';
import { unfinishedProfile } from '../../src/backup/restoreProfile.ts';
import { lockProfile } from '../../src/profileLock.ts';
import type { Store } from '../../src/store/store.ts';
import { findVault } from '../../src/vault/vault.ts';
import { addRoom, message } from '../store/places.ts';
import { byPassphrase, bytes } from '../vault/vaults.ts';
import { backup, codeOf, mustDo, recordsOf, restore, Shelf, storeIn, vaultOptions } from './profiles.ts';

let shelf: Shelf;
let profile: string;
beforeEach(() => {
  shelf = new Shelf();
  profile = shelf.place('profile');
});
afterEach(() => shelf.clean());

async function fill(change: (store: Store) => void): Promise<void> {
  const store = await storeIn(profile);
  store.step(() => change(store));
  store.close();
}

/** What `look` sees in the profile that a backup of this one is restored into. */
async function afterwards<Value>(look: (store: Store) => Value): Promise<Value> {
  await mustDo(backup(profile, shelf.place('backup')));
  await mustDo(restore(shelf.place('backup'), shelf.place('restored')));
  const store = await storeIn(shelf.place('restored'));
  const seen = look(store);
  store.close();
  return seen;
}

const rowsOf = (store: Store, room: number): Row[] =>
  store.timeline.page(room, { at: 'end' }, 500)?.rows ?? [];

test('names, choices, drafts, what was read, and every kind of row come back as they were', async () => {
  const base = { room: 'room', seq: 1, at: 5 } as const;
  const rows: Row[] = [
    message(1_024, {
      own: true,
      recipients: ['a'],
      editedAt: 3,
      reactions: [{ emoji: '\u{1F44D}', from: ['b'] }],
    }),
    message(2_048, { text: '', deleted: true }),
    message(3_072, {
      text: 'line\nbreak \u{1F600} \u0000 \ud800',
      replyTo: { id: 'message-1024', name: 'Ana', text: 'line 1024' },
    }),
    { ...base, kind: 'notice', id: 'n', order: 4_096, event: 'evicted', data: { name: 'Ben' } },
    { ...base, kind: 'refused', id: 'r', order: 5_120, problem: 'badPayload', name: null },
    { ...base, kind: 'alarm', id: 'a', order: 6_144, problem: 'logForked', name: 'Ben', data: { n: 1 } },
  ];
  await fill((store) => {
    store.setName('Ann');
    store.setPreferences({ tellRead: false, tellTyping: true });
    const room = addRoom(store, 'Garden \u202E');
    const changed = store.rooms.change(room, { readOrder: 2_048, alarm: true, at: 77, reason: 'gone' });
    store.rooms.setDraft(changed, 'half a sen');
    for (const row of rows) store.timeline.write(room.number, row);
  });
  const seen = await afterwards((store) => {
    const [room] = store.rooms.all();
    const { name } = store;
    return {
      room,
      rows: rowsOf(store, room?.number ?? 0),
      name: name.call(store),
      choices: store.preferences(),
    };
  });
  expect(seen.rows).toEqual(rows);
  expect(seen.name).toBe('Ann');
  expect(seen.choices).toEqual({ tellRead: false, tellTyping: true });
  expect(seen.room).toMatchObject({
    ...{ name: 'Garden \u202E', standing: 'lost', readOrder: 2_048, alarm: true, at: 77 },
    ...{ draft: 'half a sen', reason: null, leaving: false },
  });
});

test('a search finds the same afterwards, the newest first, across rooms; what rooms have left is not saved', async () => {
  await fill((store) => {
    const [one, two] = [addRoom(store, 'One'), addRoom(store, 'Two')];
    const gone = addRoom(store, 'Gone');
    for (let n = 0; n < 300; n++) store.timeline.write(gone.number, message(n + 1, { text: 'apple gone' }));
    store.timeline.write(two.number, message(5, { text: 'apple first' }));
    store.timeline.write(one.number, message(9, { text: 'apple second' }));
    store.timeline.write(two.number, message(2, { text: 'apple third' }));
    store.rooms.remove(gone.number);
  });
  const texts = (store: Store) =>
    store.timeline
      .search({ text: 'app', limit: 10 })
      .flatMap(({ row }) => (row.kind === 'message' ? [row.text] : []));
  const store = await storeIn(profile);
  const before = texts(store);
  store.close();
  expect(before).toEqual(['apple third', 'apple second', 'apple first']);
  expect(await afterwards(texts)).toEqual(before);
  expect(JSON.stringify(await recordsOf(shelf.place('backup')))).not.toMatch(/gone/i);
});

test('messages whose time is over meanwhile do not come back; a room that is being left does not, either', async () => {
  await fill((store) => {
    const room = addRoom(store);
    store.timeline.write(room.number, message(1, { text: 'over', expiresAt: Date.now() - 1 }));
    store.timeline.write(room.number, message(2, { text: 'not over', expiresAt: Date.now() + 86_400_000 }));
    const left = addRoom(store, 'Left');
    store.rooms.change(left, { leaving: true });
    store.timeline.write(left.number, message(1));
  });
  const seen = await afterwards((store) =>
    store.rooms.all().map(({ name, number }) => [name, rowsOf(store, number).map(({ order }) => order)]),
  );
  expect(seen).toEqual([['Garden', [2]]]);
});

test('a profile that is in use is not backed up', async () => {
  await fill((store) => store.setName('Ann'));
  const lock = lockProfile(profile);
  if (lock.kind !== 'held') throw new Error('not locked');
  expect(await codeOf(backup(profile, shelf.place('backup')))).toBe('profileInUse');
  expect(shelf.names()).toEqual(['profile']);
  lock.unlock();
  expect(await codeOf(backup(profile, shelf.place('backup')))).toBe('done');
});

test('where there is no profile none is made, and a file that is there stays as it is', async () => {
  expect(await codeOf(backup(profile, shelf.place('backup')))).toBe('noProfile');
  mkdirSync(shelf.place('empty'));
  expect(await codeOf(backup(shelf.place('empty'), shelf.place('backup')))).toBe('noProfile');
  expect(readdirSync(shelf.place('empty'))).toEqual([]);
  await fill((store) => store.setName('Ann'));
  writeFileSync(shelf.place('backup'), 'precious');
  expect(await codeOf(backup(profile, shelf.place('backup')))).toBe('fileExists');
  expect(readFileSync(shelf.place('backup'), 'utf8')).toBe('precious');
  expect(await codeOf(backup(profile, join(shelf.place('nowhere'), 'backup')))).toBe('fileUnusable');
  expect(shelf.names()).toEqual(['backup', 'empty', 'profile']);
});

test('the profile’s passphrase is asked for where there is one, before that of the backup', async () => {
  await fill((store) => store.setName('Ann'));
  const vault = await findVault(profile, vaultOptions);
  if (!vault.ok || !(await vault.value.protect(byPassphrase('sesame'))).ok) throw new Error('not protected');
  const asked: string[] = [];
  const asking = (own: string | null, ofBackup: string | null) => ({
    async askProfilePassphrase() {
      asked.push('profile');
      return own === null ? null : bytes(own);
    },
    async askPassphrase() {
      asked.push('backup');
      return ofBackup === null ? null : bytes(ofBackup);
    },
  });
  const file = shelf.place('backup');
  expect(await codeOf(backup(profile, file, asking(null, 'x')))).toBe('noPassphrase');
  expect(await codeOf(backup(profile, file, asking('wrong', 'x')))).toBe('wrongPassphrase');
  expect(await codeOf(backup(profile, file, asking('sesame', '')))).toBe('noPassphrase');
  expect(shelf.names()).toEqual(['profile']);
  expect(await codeOf(backup(profile, file, asking('sesame', 'x')))).toBe('done');
  expect(asked).toEqual(['profile', 'profile', 'profile', 'backup', 'profile', 'backup']);
});

test('the new profile has a vault of its own, guarded as it is wished; only its owner may read file and folder', async () => {
  await fill((store) => store.setName('Ann'));
  const file = shelf.place('backup');
  await mustDo(backup(profile, file));
  const [open, guarded] = [shelf.place('open'), shelf.place('guarded')];
  mkdirSync(open);
  await mustDo(restore(file, open));
  const done = await mustDo(restore(file, guarded, { askProfilePassphrase: async () => bytes('sesame') }));
  expect(done).toMatchObject({ by: 'passphrase' });
  expect(readdirSync(open)).toContain('master.key');
  expect(readdirSync(guarded)).not.toContain('master.key');
  const store = await storeIn(guarded, 'sesame');
  expect(store.name()).toBe('Ann');
  store.close();
  const keys = [profile, open].map((folder) => readFileSync(join(folder, 'master.key'), 'hex'));
  expect(new Set(keys).size).toBe(2);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  for (const folder of [open, guarded]) expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(await codeOf(restore(file, shelf.place('none'), { askProfilePassphrase: async () => null }))).toBe(
    'noPassphrase',
  );
  expect(await codeOf(restore(file, open))).toBe('folderNotEmpty');
  expect(shelf.names()).toEqual(['backup', 'guarded', 'open', 'profile']);
});

test('whoever stops it leaves nothing behind; what a crash has left is replaced', async () => {
  await fill((store) => {
    const { number } = addRoom(store);
    for (let order = 1; order < 30; order++) {
      store.timeline.write(number, message(order, { text: 'x'.repeat(10_000) }));
    }
  });
  const file = shelf.place('backup');
  const stop = AbortSignal.abort();
  expect(await codeOf(backup(profile, file, { stop }))).toBe('stopped');
  expect(shelf.names()).toEqual(['profile']);
  writeFileSync(unfinishedBackup(file), 'half');
  await mustDo(backup(profile, file));
  const restored = shelf.place('restored');
  expect(await codeOf(restore(file, restored, { stop }))).toBe('stopped');
  expect(shelf.names()).toEqual(['backup', 'profile']);
  const unfinished = unfinishedProfile(restored);
  mkdirSync(unfinished);
  for (const name of ['vault.json', 'master.key', 'history.db'])
    writeFileSync(join(unfinished, name), 'half');
  await mustDo(restore(file, restored));
  expect(shelf.names()).toEqual(['backup', 'profile', 'restored']);
  const other = lockProfile(profile);
  mkdirSync(unfinishedProfile(shelf.place('twice')));
  const lock = lockProfile(unfinishedProfile(shelf.place('twice')));
  expect(await codeOf(restore(file, shelf.place('twice')))).toBe('profileInUse');
  for (const held of [other, lock]) if (held.kind === 'held') held.unlock();
});
