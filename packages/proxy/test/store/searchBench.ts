/**
 * How long the search takes in a large history: `node searchBench.ts [messages]`, 1,000,000 unless told. Writes an
 * encrypted profile into a temporary folder, opens it anew, and prints the median of each query; `first` is the query's
 * first run, with little in SQLite's cache.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageRow } from '@otr/protocol';
import { openStore, type Store } from '../../src/store/store.ts';
import type { Search } from '../../src/store/timelineTable.ts';

const count = Number(process.argv[2] ?? 1_000_000);
const rooms = 40;
const vocabulary = 60_000;
const runs = 51;
/** The most frequent word that is longer than every prefix which the index has lists for. */
const longFrequent =
  Array.from({ length: 1_000 }, (_, rank) => word(rank)).find(({ length }) => length > 5) ?? '';

const folder = mkdtempSync(join(tmpdir(), 'otr-search-'));
const key = new Uint8Array(randomBytes(32));
try {
  const filling = performance.now();
  fill(open());
  const seconds = (performance.now() - filling) / 1000;
  const bytes = statSync(join(folder, 'history.db')).size;
  console.log(`${count} messages in ${seconds.toFixed(1)} s, history.db ${(bytes / 2 ** 20).toFixed(0)} MiB`);
  measure(open());
} finally {
  rmSync(folder, { recursive: true });
}

function open(): Store {
  const opened = openStore({ folder, key });
  if (!opened.ok) throw new Error(opened.message);
  return opened.value;
}

function fill(store: Store): void {
  const numbers = Array.from({ length: rooms }, (_, index) =>
    store.rooms.add({
      room: new Uint8Array(randomBytes(16)),
      relayUrl: 'http://127.0.0.1:1',
      name: `Room ${index}`,
      standing: 'member',
      at: 1,
    }),
  ).map(({ number }) => number);
  const draw = drawer(1);
  for (let from = 0; from < count; from += 2_000) {
    store.step(() => {
      for (let order = from; order < Math.min(count, from + 2_000); order++) {
        store.timeline.write(numbers[zipf(draw, rooms)] ?? 1, message(order, draw));
      }
    });
  }
  store.close();
}

function measure(store: Store): void {
  const limit = 50;
  const searches: Record<string, Search> = {
    'most frequent word': { text: word(0), limit },
    'frequent words': { text: `${word(0)} ${word(1)} ${word(2)}`, limit },
    'middling word': { text: word(300), limit },
    'long frequent word': { text: longFrequent, limit },
    'rare word': { text: word(vocabulary - 5), limit },
    'frequent and rare': { text: `${word(0)} ${word(vocabulary - 5)}`, limit },
    'no such word': { text: 'nosuchwordatall', limit },
    'prefix of 1': { text: word(0).slice(0, 1), limit },
    'prefix of 2': { text: word(0).slice(0, 2), limit },
    'prefix of 4': { text: longFrequent.slice(0, 4), limit },
    'prefix of 5': { text: longFrequent.slice(0, 5), limit },
    'frequent, large room': { text: word(0), room: 1, limit },
    'frequent, small room': { text: word(0), room: rooms, limit },
    'rare, small room': { text: word(vocabulary - 5), room: rooms, limit },
    'prefix of 1, small room': { text: word(0).slice(0, 1), room: rooms, limit },
  };
  for (const [name, search] of Object.entries(searches)) {
    const times = Array.from({ length: runs }, () => timed(() => store.timeline.search(search)));
    const hits = store.timeline.search(search).length;
    const median = times.toSorted((left, right) => left - right)[runs >> 1] ?? 0;
    const first = times[0] ?? 0;
    console.log(
      `${name.padEnd(26)} median ${median.toFixed(2)} ms, first ${first.toFixed(2)} ms, ${hits} hits`,
    );
  }
  store.close();
}

function timed(act: () => unknown): number {
  const start = performance.now();
  act();
  return performance.now() - start;
}

function message(order: number, draw: () => number): MessageRow {
  const length = 3 + Math.floor(draw() * 14);
  const text = Array.from({ length }, () => word(zipf(draw, vocabulary))).join(' ');
  const id = randomBytes(16).toString('base64url');
  const from = randomBytes(32).toString('base64url');
  const at = 1_700_000_000_000 + order;
  return {
    kind: 'message',
    room: '',
    id,
    order: order * 1024,
    seq: order,
    at,
    from,
    name: 'Ana',
    own: false,
    text,
    delivery: 'relay',
  };
}

/** A word that looks like one: the same for the same rank. As in every language, the frequent ones are short. */
function word(rank: number): string {
  const draw = drawer(rank + 7);
  const syllables = (rank < 30 ? 1 : 2) + Math.floor(draw() * (rank < 200 ? 2 : 3));
  return Array.from({ length: syllables }, () => {
    const consonant = 'bcdfghklmnprstvwz'[Math.floor(draw() * 17)] ?? '';
    return consonant + ('aeiou'[Math.floor(draw() * 5)] ?? '');
  }).join('');
}

/** Ranks as in spoken language: the first as often as all of the next two together. */
function zipf(draw: () => number, size: number): number {
  return Math.floor((size + 1) ** draw()) - 1;
}

/** Random numbers that are the same in each run (Mulberry32). */
function drawer(seed: number): () => number {
  let state = seed * 2_654_435_769;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
