import { openStore, type Store } from '../../src/store/store.ts';
import { addRoom, message } from './places.ts';

/**
 * Writes three messages in a store and kills itself in the named place of the third one; in a room off the record where
 * that is said. Run by stepCrash.test.ts.
 */
export const crashKey = new Uint8Array(32).fill(7);
export const crashText = (order: number) => `unmistakable words ${order}`;
/** Bytes that a scan finds wherever they are not encrypted. */
export const crashRecord = (order: number) => new Uint8Array(64).fill(0xa0 + order);

const [folder, killAt, record] = process.argv.slice(2);
if (process.argv[1]?.endsWith('crashingStore.ts') && folder !== undefined) run(folder, killAt ?? '');

function run(folder: string, killAt: string): void {
  let written = 0;
  const opened = openStore({ folder, key: crashKey }, (point) => {
    if (written === 3 && point === killAt) die();
  });
  if (!opened.ok) throw new Error(opened.message);
  const store = opened.value;
  const { number } = addRoom(store, 'Unmistakable room', record === 'offTheRecord');
  for (written = 1; written <= 3; written++) {
    store.step(() => {
      write(store, number, written);
      if (written === 3 && killAt === 'written') die();
    });
  }
  store.rooms.setDraft(store.rooms.get(number), 'newer');
  die();
}

function write(store: Store, number: number, order: number): void {
  const text = crashText(order);
  store.records.apply(number, { put: new Map([['group', crashRecord(order)]]), delete: [] });
  store.outbox.add(number, `message-${order}`, { kind: 'text', version: 1, text }, order);
  store.timeline.write(number, message(order, { text }));
  store.rooms.setDraft(store.rooms.get(number), `draft ${order}`);
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}
