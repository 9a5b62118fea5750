import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect } from '../../src/store/database.ts';
import { databaseKey } from '../../src/store/databaseKey.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { crashKey, crashRecord, crashText } from './crashingStore.ts';
import { filesWith } from './fileScan.ts';
import { Places } from './places.ts';

let places: Places;
beforeEach(() => {
  places = new Places();
});
afterEach(() => places.clean());

/** What a process leaves that is killed while it writes its third message. */
function killed(at: 'written' | 'ratchetCommitted' | 'historyCommitted' | 'end', record = 'kept'): void {
  const program = join(import.meta.dirname, 'crashingStore.ts');
  const { signal, stderr } = spawnSync(process.execPath, [program, places.profile, at, record], {
    encoding: 'utf8',
  });
  expect(signal, stderr).toBe('SIGKILL');
}

function reopen(folder = places.profile): Store {
  return places.keep(openStore({ folder, key: crashKey }));
}

/** Messages that both databases hold. */
function messages(store: Store): [outbox: string[], timeline: string[], draft: string | undefined] {
  const room = store.rooms.all()[0];
  const number = room?.number ?? 0;
  const rows = store.timeline.page(number, { at: 'end' }, 10)?.rows ?? [];
  return [
    store.outbox.of(number).map(({ content }) => (content.kind === 'text' ? content.text : '')),
    rows.map((row) => (row.kind === 'message' ? row.text : '')),
    room?.draft,
  ];
}

const two = [crashText(1), crashText(2)];
const three = [...two, crashText(3)];

/** What history.db alone holds, before anything is replayed. */
function rowsInHistoryAlone(): unknown {
  const copy = join(places.folder, 'copy');
  cpSync(places.profile, copy, { recursive: true });
  const connection = connect(join(copy, 'history.db'), databaseKey(crashKey, 'history'), 'FULL');
  const found = connection.prepare('SELECT COUNT(*) AS count FROM timeline').get();
  connection.close();
  return found;
}

test('[M11] killed before the ratchet has committed, the step has not happened', () => {
  killed('written');
  const store = reopen();
  expect(messages(store)).toEqual([two, two, 'draft 2']);
  expect(store.records.load(1).get('group')).toEqual(crashRecord(2));
});

test('[M11] killed between the two commits, the step has happened: its history is written when the store is opened', () => {
  killed('ratchetCommitted');
  expect(rowsInHistoryAlone(), 'negative control: history.db had not committed').toEqual({ count: 2 });
  const store = reopen();
  expect(messages(store)).toEqual([three, three, 'draft 3']);
  expect(store.records.load(1).get('group')).toEqual(crashRecord(3));
  expect(store.timeline.search({ text: 'unmistakable', limit: 10 })).toHaveLength(3);
  store.close();
  expect(messages(reopen())).toEqual([three, three, 'draft 3']);
});

test('[M11] killed while the replay is not yet forgotten, the next start does not replay it again', () => {
  killed('ratchetCommitted');
  const crashed = join(places.folder, 'crashed');
  const ratchet = ['ratchet.db', 'ratchet.db-wal'];
  for (const file of ratchet) cpSync(join(places.profile, file), join(places.folder, file));
  reopen().close();
  // History has the step, and the ratchet is as it was before it knew.
  cpSync(places.profile, crashed, { recursive: true });
  for (const file of ratchet) cpSync(join(places.folder, file), join(crashed, file));
  expect(messages(reopen(crashed))).toEqual([three, three, 'draft 3']);
});

test('[M11] what was written after both commits is not overwritten by the journal', () => {
  killed('end');
  expect(messages(reopen())).toEqual([three, three, 'newer']);
});

test.each(['written', 'ratchetCommitted', 'historyCommitted', 'end'] as const)(
  'killed (%s), no file shows a text, a name or a record',
  (at) => {
    killed(at);
    const known = [crashText(2), crashText(3), 'unmistakable', 'Unmistakable room', 'draft', crashRecord(2)];
    expect(filesWith(places.profile, [...known, crashRecord(3), crashKey])).toEqual([]);
  },
);

test.each([
  { at: 'written', record: 2 },
  { at: 'ratchetCommitted', record: 3 },
  { at: 'historyCommitted', record: 3 },
  { at: 'end', record: 3 },
] as const)(
  '[D9] killed ($at), a room off the record is there with its keys, and empty',
  ({ at, record }) => {
    killed(at, 'offTheRecord');
    const store = reopen();
    expect(store.rooms.all()).toMatchObject([{ name: 'Unmistakable room', offTheRecord: true, draft: '' }]);
    expect(messages(store)).toEqual([[], [], '']);
    expect(store.timeline.search({ text: 'unmistakable', limit: 10 })).toEqual([]);
    expect(store.records.load(1).get('group')).toEqual(crashRecord(record));
  },
);
