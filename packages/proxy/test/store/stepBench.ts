/**
 * What one step costs: `node stepBench.ts [steps] [folder]`. Each writes one record, one outbox item with its sealed body,
 * and one row. Prints medians in milliseconds, beside those of a room off the record and of a step that writes history only.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageRow } from '@otr/protocol';
import { openStore } from '../../src/store/store.ts';
import { addRoom } from './places.ts';

const steps = Number(process.argv[2] ?? 500);
const folder = mkdtempSync(join(process.argv[3] ?? tmpdir(), 'otr-step-'));
const opened = openStore({ folder, key: new Uint8Array(randomBytes(32)) });
if (!opened.ok) throw new Error(opened.message);
const store = opened.value;
const [room, offTheRecord] = [addRoom(store).number, addRoom(store, 'Off', true).number];

const sendIn = (room: number, index: number) =>
  timed(() =>
    store.step(() => {
      const id = randomBytes(16).toString('base64url');
      const text = `message ${index} about nothing much`;
      const recipients = [randomBytes(32).toString('base64url')];
      store.records.apply(room, { put: new Map([['group', new Uint8Array(randomBytes(600))]]), delete: [] });
      store.outbox.add(room, id, { kind: 'text', version: 1, text }, index);
      store.outbox.seal(room, id, { epoch: 1, counter: index, recipients, body: randomBytes(512) });
      store.timeline.write(room, row(index, id, text));
    }),
  );
const indexes = Array.from({ length: steps }, (_, index) => index);
const send = indexes.map((index) => sendIn(room, index));
const sendOff = indexes.map((index) => sendIn(offTheRecord, index));
const draft = indexes.map((index) =>
  timed(() => store.rooms.setDraft(store.rooms.get(room), `half a sen ${index}`)),
);
console.log(`a message: ${summary(send)}; off the record: ${summary(sendOff)}; a draft: ${summary(draft)}`);
store.close();
rmSync(folder, { recursive: true });

function summary(times: number[]): string {
  const sorted = times.toSorted((left, right) => left - right);
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2);
  return `median ${at(0.5)} ms, 95 % ${at(0.95)} ms, longest ${(sorted.at(-1) ?? 0).toFixed(2)} ms`;
}

function timed(act: () => unknown): number {
  const start = performance.now();
  act();
  return performance.now() - start;
}

function row(order: number, id: string, text: string): MessageRow {
  const base = { kind: 'message', room: '', seq: order, at: 1, from: 'key', name: 'Ana', own: true } as const;
  return { ...base, id, order, text, delivery: 'saved' };
}
