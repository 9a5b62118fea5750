import { randomBytes } from 'node:crypto';
import { limits } from '@otr/protocol';
import { expect, test } from 'vitest';
import { testClient, testRelay } from './testRelay.ts';
import { testRegistration, testRoom, testSlice } from './testRoom.ts';

/** Two members of a room, each on a connection of its own. */
async function pair() {
  const relay = await testRelay();
  const room = testRoom();
  const [a, b] = [await testClient(relay), await testClient(relay)];
  await a.create(room);
  const keyA = await a.join(room);
  const keyB = await b.join(room);
  return { relay, room, a, b, keyA, keyB };
}

test('[L1] entries get the places 1, 2, 3 … and everyone sees the same order', async () => {
  const { room, a, b, keyA, keyB } = await pair();
  const sends = Array.from({ length: 50 }, (_, n) =>
    n % 2 === 0
      ? a.done('append', a.envelope(room, keyA, [keyB], 2))
      : b.done('append', b.envelope(room, keyB, [keyA], 2)),
  );
  const seqs = (await Promise.all(sends)).map(({ seq }) => seq);
  expect([...seqs].sort((x, y) => x - y)).toEqual(Array.from({ length: 50 }, (_, n) => n + 3));
  const seenByA = (await a.entriesUpTo(room.room, 52)).map(({ seq, id }) => [seq, Buffer.from(id)]);
  const seenByB = (await b.entriesUpTo(room.room, 52)).map(({ seq, id }) => [seq, Buffer.from(id)]);
  expect(seenByA.map(([seq]) => seq)).toEqual(Array.from({ length: 52 }, (_, n) => n + 1));
  expect(seenByB).toEqual(seenByA.slice(1));
});

test('[L3] the same entry id again gets the same seq and is appended once', async () => {
  const { room, a, keyA, keyB } = await pair();
  const envelope = a.envelope(room, keyA, [keyB], 2);
  const first = await a.done('append', envelope);
  expect(await a.done('append', envelope)).toEqual(first);
  const [twice, again] = await Promise.all([a.done('append', envelope), a.done('append', envelope)]);
  expect([twice, again]).toEqual([first, first]);
  expect(await a.done('fetch', { room: room.room, after: 2, limit: 10 })).toMatchObject({ head: first.seq });
});

test('[L3] a known id is answered before its epoch, its key or its slices are looked at', async () => {
  const { room, a, b, keyA, keyB } = await pair();
  const envelope = a.envelope(room, keyA, [keyB], 2);
  const first = await a.done('append', envelope);
  await b.done('removeKey', { room: room.room, id: randomBytes(16), publicKey: keyB });
  expect(await a.done('append', { ...envelope, epoch: 77 })).toEqual(first);
  expect(await b.done('append', { ...envelope, from: randomBytes(32) })).toEqual(first);
});

test('[L3] a registration or removal sent again changes nothing more', async () => {
  const { room, a } = await pair();
  const registration = { room: room.room, ...testRegistration() };
  const first = await a.done('registerKey', registration);
  expect(await a.done('registerKey', registration)).toEqual(first);
  const removal = { room: room.room, id: randomBytes(16), publicKey: registration.publicKey };
  const removed = await a.done('removeKey', removal);
  expect(await a.done('removeKey', removal)).toEqual(removed);
  expect(removed).toEqual({ seq: first.seq + 1, epoch: first.epoch + 1 });
});

test('[L4] each change of the set of keys opens an epoch, a replaced profile does not', async () => {
  const { room, a, b, keyA, keyB } = await pair();
  expect((await a.enter(room, [keyA])).epoch).toBe(2);
  const again = await a.done('registerKey', { room: room.room, ...testRegistration(keyA) });
  expect(again).toEqual({ seq: 3, epoch: 2 });
  const left = await b.done('removeKey', { room: room.room, id: randomBytes(16), publicKey: keyB });
  expect(left).toEqual({ seq: 4, epoch: 3 });
});

test('[L4] an append of another epoch is refused with the current one', async () => {
  const { room, a, keyA, keyB } = await pair();
  for (const epoch of [0, 1, 3]) {
    expect(await a.refused('append', a.envelope(room, keyA, [keyB], epoch))).toMatchObject({
      code: 'epochConflict',
      epoch: 2,
    });
  }
  await a.done('append', a.envelope(room, keyA, [keyB], 2));
});

test('[L5] a reader gets its own slices only, live and by fetch', async () => {
  const { room, a, b, keyA, keyB, relay } = await pair();
  const c = await testClient(relay);
  const keyC = await c.join(room);
  const slices = [testSlice(keyA), testSlice(keyB), testSlice(keyC)];
  const { seq } = await a.done('append', { ...a.envelope(room, keyA, [], 3), slices });
  for (const [client, own] of [
    [a, slices[0]],
    [b, slices[1]],
    [c, slices[2]],
  ] as const) {
    const live = (await client.entriesUpTo(room.room, seq)).at(-1);
    const { entries } = await client.done('fetch', { room: room.room, after: seq - 1, limit: 1 });
    expect(live).toMatchObject({ kind: 'envelope', seq, slices: [own] });
    expect(entries).toEqual([live]);
  }
});

test('[L5] negative control: who answers for all keys gets all slices, who answers for none gets none', async () => {
  const { room, a, keyA, keyB, relay } = await pair();
  const [all, none] = [await testClient(relay), await testClient(relay)];
  await all.enter(room, [keyA, keyB]);
  await none.enter(room);
  const { seq } = await a.done('append', a.envelope(room, keyA, [keyA, keyB], 2));
  expect((await all.entriesUpTo(room.room, seq)).at(-1)).toHaveProperty('slices.length', 2);
  expect((await none.entriesUpTo(room.room, seq)).at(-1)).toHaveProperty('slices.length', 0);
});

test('[L5] everyone gets the body', async () => {
  const { room, a, b, keyA, keyB } = await pair();
  const body = randomBytes(limits.body);
  const { seq } = await a.done('append', { ...a.envelope(room, keyA, [keyB], 2), body });
  expect((await b.entriesUpTo(room.room, seq)).at(-1)).toMatchObject({ body });
});

test('[L6] fetch gives pages in order, at most half a frame each, and the head', async () => {
  const { room, a, b, keyA, keyB } = await pair();
  const body = randomBytes(100 * 1024);
  for (let n = 0; n < 12; n += 1) await a.done('append', { ...a.envelope(room, keyA, [keyB], 2), body });
  const seqs: number[] = [];
  for (let after = 0; after < 14; after = seqs.at(-1) ?? 14) {
    const page = await b.done('fetch', { room: room.room, after, limit: 500 });
    expect(page.head).toBe(14);
    expect(page.entries.length).toBeLessThan(10);
    seqs.push(...page.entries.map((entry) => entry.seq));
  }
  expect(seqs).toEqual(Array.from({ length: 14 }, (_, n) => n + 1));
});

test('[L7] only a registered key that the connection answers for may send, to registered keys, once each', async () => {
  const { room, a, b, keyA, keyB } = await pair();
  const stranger = randomBytes(32);
  const codeOf = async (...[from, to]: [Buffer, Buffer[]]) =>
    (await a.refused('append', a.envelope(room, from, to, 2))).code;
  expect(await codeOf(stranger, [keyB])).toBe('keyNotRegistered');
  await a.done('allKeys', { room: room.room, keys: [keyA, stranger] });
  expect(await codeOf(stranger, [keyB])).toBe('keyNotRegistered');
  expect(await codeOf(keyB, [keyA])).toBe('notAuthorised');
  expect(await codeOf(keyA, [keyB, stranger])).toBe('badRequest');
  expect(await codeOf(keyA, [keyB, keyB])).toBe('badRequest');
  const refusedRemoval = { room: room.room, id: randomBytes(16), publicKey: keyB };
  expect((await a.refused('removeKey', refusedRemoval)).code).toBe('notAuthorised');
  await b.done('removeKey', refusedRemoval);
});
