import { randomBytes } from 'node:crypto';
import { limits } from '@otr/protocol';
import { expect, test } from 'vitest';
import { testClient, testRelay } from './testRelay.ts';
import { testRoom, testSlice } from './testRoom.ts';

/** Two members of a room, each on a connection of its own, with the keys whose slices they are given. */
async function pair() {
  const relay = await testRelay();
  const room = testRoom();
  const [a, b] = [await testClient(relay), await testClient(relay)];
  const [keyA, keyB] = [randomBytes(32), randomBytes(32)];
  await a.create(room);
  await a.enter(room, [keyA]);
  await b.enter(room, [keyB]);
  return { relay, room, a, b, keyA, keyB };
}

test('[L1] entries get the places 1, 2, 3 … and everyone sees the same order', async () => {
  const { room, a, b } = await pair();
  const sends = Array.from({ length: 50 }, (_, n) => {
    const client = n % 2 === 0 ? a : b;
    return client.done('append', client.message(room, 0));
  });
  const seqs = (await Promise.all(sends)).map(({ seq }) => seq);
  const all = Array.from({ length: 50 }, (_, n) => n + 1);
  expect([...seqs].sort((x, y) => x - y)).toEqual(all);
  const seenByA = (await a.entriesUpTo(room.room, 50)).map(({ seq, id }) => [seq, Buffer.from(id)]);
  const seenByB = (await b.entriesUpTo(room.room, 50)).map(({ seq, id }) => [seq, Buffer.from(id)]);
  expect(seenByA.map(([seq]) => seq)).toEqual(all);
  expect(seenByB).toEqual(seenByA);
});

test('[L3] the same entry id again gets the same seq and is appended once', async () => {
  const { room, a } = await pair();
  const message = a.message(room, 0);
  const first = await a.done('append', message);
  expect(await a.done('append', message)).toEqual(first);
  const [twice, again] = await Promise.all([a.done('append', message), a.done('append', message)]);
  expect([twice, again]).toEqual([first, first]);
  expect(await a.done('fetch', { room: room.room, after: 0, limit: 10 })).toMatchObject({ head: first.seq });
});

test('[L3] a known id is answered before its epoch or its slices are looked at', async () => {
  const { room, a, b, keyB } = await pair();
  const message = a.message(room, 0);
  const first = await a.done('append', message);
  await b.done('commit', b.commit(room, 0, testRoom(room.room)));
  expect(await a.done('append', { ...message, epoch: 77 })).toEqual(first);
  expect(await b.done('append', { ...message, slices: [testSlice(keyB), testSlice(keyB)] })).toEqual(first);
});

test('[L4] an append of another epoch is refused with the current one', async () => {
  const { room, a } = await pair();
  const next = testRoom(room.room);
  await a.done('commit', a.commit(room, 0, next));
  await a.enter(next);
  for (const epoch of [0, 2, 3]) {
    expect(await a.refused('append', a.message(next, epoch))).toMatchObject({
      code: 'epochConflict',
      epoch: 1,
    });
  }
  await a.done('append', a.message(next, 1));
});

test('[L5] a reader gets its own slices only, live and by fetch', async () => {
  const { room, a, b, keyA, keyB, relay } = await pair();
  const [c, keyC] = [await testClient(relay), randomBytes(32)];
  await c.enter(room, [keyC]);
  const slices = [testSlice(keyA), testSlice(keyB), testSlice(keyC)];
  const { seq } = await a.done('append', { ...a.message(room, 0), slices });
  for (const [client, own] of [
    [a, slices[0]],
    [b, slices[1]],
    [c, slices[2]],
  ] as const) {
    const live = (await client.entriesUpTo(room.room, seq)).at(-1);
    const { entries } = await client.done('fetch', { room: room.room, after: seq - 1, limit: 1 });
    expect(live).toMatchObject({ kind: 'message', seq, slices: [own] });
    expect(entries).toEqual([live]);
  }
});

test('[L5] negative control: who names all keys gets all slices, who names none gets none', async () => {
  const { room, a, keyA, keyB, relay } = await pair();
  const [all, none] = [await testClient(relay), await testClient(relay)];
  await all.enter(room, [keyA, keyB]);
  await none.enter(room);
  const { seq } = await a.done('append', a.whisper(room, 0, [keyA, keyB]));
  expect((await all.entriesUpTo(room.room, seq)).at(-1)).toHaveProperty('slices.length', 2);
  expect((await none.entriesUpTo(room.room, seq)).at(-1)).toHaveProperty('slices.length', 0);
});

test('[L5] the keys are those of the last entering; the answer to a key cleanup changes nothing in them', async () => {
  const { room, a, b, keyB } = await pair();
  const newer = randomBytes(32);
  await b.done('allKeys', { room: room.room, keys: [newer] });
  const { seq } = await a.done('append', a.whisper(room, 0, [keyB, newer]));
  expect((await b.entriesUpTo(room.room, seq)).at(-1)).toMatchObject({ slices: [{ to: keyB }] });
  await b.enter(room, [newer]);
  const { seq: later } = await a.done('append', a.whisper(room, 0, [keyB, newer]));
  expect((await b.entriesUpTo(room.room, later)).at(-1)).toMatchObject({ slices: [{ to: newer }] });
});

test('[L5] [A4] who was away when an epoch ended is given its own slices of it, by the former access key', async () => {
  const { room, a, keyA, keyB, relay } = await pair();
  const { seq } = await a.done('append', a.whisper(room, 0, [keyA, keyB]));
  await a.done('commit', a.commit(room, 0, testRoom(room.room)));
  const late = await testClient(relay);
  expect(await late.enter(room, [keyB])).toMatchObject({ ended: true });
  const { entries } = await late.done('fetch', { room: room.room, after: seq - 1, limit: 10 });
  expect(entries).toMatchObject([{ seq, slices: [{ to: keyB }] }, { kind: 'commit' }]);
});

test('[L5] everyone gets the body', async () => {
  const { room, a, b } = await pair();
  const body = randomBytes(limits.body);
  const { seq } = await a.done('append', a.message(room, 0, body));
  expect((await b.entriesUpTo(room.room, seq)).at(-1)).toMatchObject({ body });
});

test('[L6] fetch gives pages in order, at most half a frame each, and the head', async () => {
  const { room, a, b } = await pair();
  const body = randomBytes(100 * 1024);
  for (let n = 0; n < 12; n += 1) await a.done('append', a.message(room, 0, body));
  const seqs: number[] = [];
  for (let after = 0; after < 12; after = seqs.at(-1) ?? 12) {
    const page = await b.done('fetch', { room: room.room, after, limit: 500 });
    expect(page.head).toBe(12);
    expect(page.entries.length).toBeLessThan(10);
    seqs.push(...page.entries.map((entry) => entry.seq));
  }
  expect(seqs).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
});

test('[L7] a message is addressed to any keys, to each once', async () => {
  const { room, a, keyA, keyB } = await pair();
  const refusal = await a.refused('append', a.whisper(room, 0, [keyA, keyB, keyA]));
  expect(refusal.code).toBe('badRequest');
  await a.done('append', a.whisper(room, 0, [keyA, keyB, randomBytes(32)]));
});

test('volatile messages are told to the others and not kept', async () => {
  const { relay, room, a, b } = await pair();
  const sealed = randomBytes(256);
  await a.done('volatile', { room: room.room, sealed });
  expect(await b.next('volatile')).toEqual({ room: room.room, sealed });
  expect(a.all('volatile')).toEqual([]);
  const late = await testClient(relay);
  expect(await late.enter(room)).toMatchObject({ head: 0 });
  await a.done('volatile', { room: room.room, sealed: randomBytes(9) });
  await late.next('volatile');
  expect(late.all('volatile')).toHaveLength(1);
});
