import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect, isStoreError } from '../../src/store/database.ts';
import { type DatabaseName, databaseKey } from '../../src/store/databaseKey.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { addRoom, message, Places } from './places.ts';

const pageSize = 4096;
let places: Places;
beforeEach(() => {
  places = new Places();
});
afterEach(() => places.clean());

function fill(store: Store, from = 1, to = 60): void {
  const number = store.rooms.all()[0]?.number ?? addRoom(store).number;
  for (let order = from; order <= to; order++) {
    store.step(() => {
      const put = new Map([[`record ${order % 7}`, new Uint8Array(900).fill(order)]]);
      store.records.apply(number, { put, delete: [] });
      store.timeline.write(number, message(order, { text: `line ${order} ${'word '.repeat(40)}` }));
    });
  }
}

/** Everything that a profile tells; a refusal as its sentence. */
function told(folder: string): unknown {
  const opened = openStore({ folder, key: places.key });
  if (!opened.ok) return opened.message;
  try {
    const store = opened.value;
    const [room] = store.rooms.all();
    const number = room?.number ?? 0;
    return {
      room,
      records: store.records.load(number),
      rows: store.timeline.page(number, { at: 'end' }, 500),
      hits: store.timeline.search({ text: 'word', limit: 500 }),
    };
  } catch (error) {
    if (!isStoreError(error)) throw error;
    return `damaged: ${error.message}`;
  } finally {
    opened.value.close();
  }
}

/** What each change of a file's copy leads to. */
function changed(file: string, changes: ((bytes: Buffer) => void)[]): unknown[] {
  const bytes = readFileSync(join(places.profile, file));
  return changes.map((change) => {
    const copy = places.copy(places.profile);
    const altered = Buffer.from(bytes);
    change(altered);
    writeFileSync(join(copy, file), altered);
    const result = told(copy);
    rmSync(copy, { recursive: true });
    return result;
  });
}

/** One in each page, at another place in each. */
function flips(file: string): ((bytes: Buffer) => void)[] {
  const pages = readFileSync(join(places.profile, file)).length / pageSize;
  return Array.from({ length: pages }, (_, page) => (bytes: Buffer) => {
    const at = page * pageSize + ((page * 997) % pageSize);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
  });
}

function swapPages(left: number, right: number): (bytes: Buffer) => void {
  return (bytes) => {
    const kept = Buffer.from(bytes.subarray(left * pageSize, (left + 1) * pageSize));
    bytes.copy(bytes, left * pageSize, right * pageSize, (right + 1) * pageSize);
    kept.copy(bytes, right * pageSize);
  };
}

/** Pages that hold nothing, and whose bytes nobody reads. */
function freePages(): number {
  const connection = connect(join(places.profile, 'ratchet.db'), databaseKey(places.key, 'ratchet'), 'FULL');
  const count = Number(connection.pragma('freelist_count', { simple: true }));
  connection.close();
  return count;
}

test('a flipped bit in any page of ratchet.db that is in use, and a swapped page, is refused with a sentence', () => {
  fill(places.open());
  places.close();
  const whole = told(places.profile);
  expect(whole, 'negative control: untouched, it opens').toMatchObject({ records: expect.any(Map) });
  const flipped = changed('ratchet.db', flips('ratchet.db'));
  const swapped = changed('ratchet.db', [swapPages(1, 2), swapPages(2, 3)]);
  const refused = [...flipped, ...swapped].filter((result) => typeof result === 'string');
  for (const result of refused) expect(result).toMatch(/ratchet\.db (is damaged|cannot be opened: its key)/);
  expect(refused.length).toBeGreaterThan(5);
  const harmless = flipped.filter((result) => typeof result !== 'string');
  for (const result of harmless) expect(result).toEqual(whole);
  expect(harmless.length).toBeLessThanOrEqual(freePages());
  for (const result of swapped) expect(result).toEqual(expect.any(String));
});

test('every byte of the first page that is not encrypted is authenticated, too', () => {
  fill(places.open());
  places.close();
  for (const file of ['ratchet.db', 'history.db']) {
    const header = Array.from({ length: 100 }, (_, at) => (bytes: Buffer) => {
      bytes[at] = (bytes[at] ?? 0) ^ 0x10;
    });
    for (const result of changed(file, header)) expect(result).toContain(`${file} cannot be opened: its key`);
  }
});

test('a flipped bit in any page of history.db, and a swapped page, is refused or has no effect', () => {
  fill(places.open());
  places.close();
  const whole = told(places.profile);
  const results = changed('history.db', [...flips('history.db'), swapPages(1, 2), swapPages(3, 4)]);
  const refused = results.filter((result) => typeof result === 'string');
  for (const result of refused) expect(result).toMatch(/damaged|malformed|another one/);
  // Pages that are free or that nothing here reads are the only others.
  for (const result of results) if (typeof result !== 'string') expect(result).toEqual(whole);
  expect(refused.length).toBeGreaterThan(results.length * 0.6);
  expect(typeof results.at(-1)).toBe('string');
});

/** A bit, or all from there on, at forty places of a file. */
function spoilt(file: string): ((bytes: Buffer) => void)[] {
  const { length } = readFileSync(join(places.profile, file));
  const offsets = Array.from({ length: 40 }, (_, index) => Math.floor((length * index) / 40));
  return offsets.flatMap((at) => [
    (bytes: Buffer) => {
      bytes[at] = (bytes[at] ?? 0) ^ 1;
    },
    (bytes: Buffer) => bytes.fill(0, at),
  ]);
}

test('a write-ahead log of the ratchet that was altered or cut never loses a step unnoticed', () => {
  fill(places.open());
  const whole = told(places.copy(places.profile));
  expect(whole).toMatchObject({ records: expect.any(Map) });
  const results = changed('ratchet.db-wal', spoilt('ratchet.db-wal'));
  for (const result of results) {
    if (typeof result === 'string') expect(result).toMatch(/ratchet\.db is damaged|cannot be opened/);
    else expect(result).toEqual(whole);
  }
  expect(results.filter((result) => typeof result === 'string').length).toBeGreaterThan(60);
});

test('[M11] whatever is lost of the history’s write-ahead log, as by a power cut, is written again from the journal', () => {
  fill(places.open());
  const whole = told(places.copy(places.profile));
  for (const result of changed('history.db-wal', spoilt('history.db-wal'))) expect(result).toEqual(whole);
  const forgetful = places.copy(places.profile);
  const connection = connect(join(forgetful, 'ratchet.db'), databaseKey(places.key, 'ratchet'), 'FULL');
  connection.exec('UPDATE journal SET writes = NULL');
  connection.close();
  rmSync(join(forgetful, 'history.db-wal'));
  expect(told(forgetful), 'negative control: without the journal it is missed').toContain(
    'history.db is damaged',
  );
});

test('another key, and another profile’s database, are refused with a sentence', () => {
  fill(places.open(), 1, 3);
  places.close();
  expect(places.refusal(places.profile, new Uint8Array(32))).toContain('its key is another one');
  const foreign = places.keep(openStore({ folder: join(places.folder, 'foreign'), key: new Uint8Array(32) }));
  fill(foreign, 1, 3);
  foreign.close();
  for (const file of ['ratchet.db', 'history.db']) {
    const copy = places.copy(places.profile);
    cpSync(join(places.folder, 'foreign', file), join(copy, file));
    expect(told(copy)).toContain(`${file} cannot be opened: its key is another one`);
  }
  const swapped = places.copy(places.profile);
  renameSync(join(swapped, 'ratchet.db'), join(swapped, 'kept'));
  renameSync(join(swapped, 'history.db'), join(swapped, 'ratchet.db'));
  renameSync(join(swapped, 'kept'), join(swapped, 'history.db'));
  expect(told(swapped)).toContain('its key is another one');
});

test('databases of different times are refused with a sentence: a key could be used twice', () => {
  fill(places.open(), 1, 5);
  places.close();
  const earlier = places.copy(places.profile);
  fill(places.open(), 6, 9);
  places.close();
  const mixed = (file: string): unknown => {
    const copy = places.copy(places.profile);
    cpSync(join(earlier, file), join(copy, file));
    return told(copy);
  };
  expect(mixed('ratchet.db')).toContain('ratchet.db is damaged or older');
  expect(mixed('history.db')).toContain('history.db is damaged or older');
  for (const file of ['ratchet.db', 'history.db']) {
    const copy = places.copy(places.profile);
    rmSync(join(copy, file));
    expect(told(copy)).toContain(`${file} is damaged or older`);
  }
  expect(told(earlier), 'negative control: both of one time').toMatchObject({ records: expect.any(Map) });
});

test('a file that is no database, and one of a newer version, are refused with a sentence', () => {
  places.open().close();
  for (const name of ['ratchet', 'history'] satisfies DatabaseName[]) {
    const newer = places.copy(places.profile);
    const connection = connect(join(newer, `${name}.db`), databaseKey(places.key, name), 'FULL');
    connection.pragma('user_version = 99');
    connection.close();
    expect(told(newer)).toContain('newer version');
    const text = places.copy(places.profile);
    writeFileSync(join(text, `${name}.db`), 'this is a text and no database, but long enough '.repeat(200));
    expect(told(text)).toContain('cannot be opened');
  }
});
