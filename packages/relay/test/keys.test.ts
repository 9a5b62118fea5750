import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { TestClient } from './testClient.ts';
import { testClient, testRelay } from './testRelay.ts';
import { type TestRoom, testRegistration, testRoom } from './testRoom.ts';

const never = { intervalMs: 3_600_000, graceMs: 3_600_000, answerMs: 10_000 };
const quick = { intervalMs: 100, graceMs: 500, answerMs: 80 };

/** A room with two members, each on its own connection. */
async function pair(cleanup = never) {
  const relay = await testRelay({ cleanup });
  const room = testRoom();
  const [a, b] = [await testClient(relay), await testClient(relay)];
  await a.create(room);
  const keyA = await a.join(room);
  const keyB = await b.join(room);
  return { relay, room, a, b, keyA, keyB };
}

/** Answers `keyCleanup` as a proxy does. */
function answering(client: TestClient, room: TestRoom, keys: Buffer[]) {
  client.socket.on('keyCleanup', () => client.socket.emit('allKeys', { room: room.room, keys }));
}

async function registered(client: TestClient, room: TestRoom, keys: Buffer[] = []) {
  return (await client.enter(room, keys)).registrations.map(({ publicKey }) => Buffer.from(publicKey));
}

test('a registered key is told to the room and given to who enters later', async () => {
  const { relay, room, a, keyA } = await pair();
  const registration = testRegistration();
  const { id, ...rest } = registration;
  const place = await a.done('registerKey', { room: room.room, ...registration });
  expect((await a.entriesUpTo(room.room, place.seq)).at(-1)).toEqual({
    kind: 'registerKey',
    ...place,
    id,
    ...rest,
  });
  const late = await testClient(relay);
  const { registrations } = await late.enter(room);
  expect(registrations).toContainEqual(rest);
  expect(registrations.map(({ publicKey }) => publicKey)).toContainEqual(keyA);
});

test('a key registered again gets its new profile and keeps its place among the members', async () => {
  const { room, a, keyA } = await pair();
  const { id, ...renewed } = testRegistration(keyA);
  await a.done('registerKey', { room: room.room, id, ...renewed });
  const { registrations } = await a.enter(room, [keyA]);
  expect(registrations).toHaveLength(2);
  expect(registrations).toContainEqual(renewed);
});

test('a member that leaves is removed with reason left, and its mark with it', async () => {
  const { room, a, b, keyB } = await pair();
  await b.done('mark', { room: room.room, publicKey: keyB, sealed: randomBytes(64) });
  const place = await b.done('removeKey', { room: room.room, id: randomBytes(16), publicKey: keyB });
  expect((await a.entriesUpTo(room.room, place.seq)).at(-1)).toMatchObject({
    kind: 'removeKey',
    ...place,
    publicKey: keyB,
    reason: 'left',
  });
  expect(await a.enter(room)).toMatchObject({ marks: [], epoch: 3 });
});

test('presence: the first connection that answers for a key and the last one are told to the others', async () => {
  const { relay, room, a, b, keyA, keyB } = await pair();
  await a.next('presence', ({ publicKey, online }) => online && keyB.equals(publicKey));
  const second = await testClient(relay);
  const { online } = await second.enter(room, [keyB]);
  expect(new Set(online.map((key) => Buffer.from(key).toString('hex')))).toEqual(
    new Set([keyA.toString('hex'), keyB.toString('hex')]),
  );
  b.close();
  second.close();
  await a.next('presence', (message) => !message.online && keyB.equals(message.publicKey));
  expect(a.all('presence').map((message) => message.online)).toEqual([true, false]);
  expect((await a.enter(room, [keyA])).online).toEqual([keyA]);
});

test('presence: nobody hears of keys that are not registered', async () => {
  const { relay, room, a, keyA, keyB } = await pair();
  await a.next('presence', ({ publicKey }) => keyB.equals(publicKey));
  const stranger = await testClient(relay);
  expect((await stranger.enter(room, [randomBytes(32)])).online).toHaveLength(2);
  await stranger.done('exitRoom', { room: room.room });
  await a.done('allKeys', { room: room.room, keys: [keyA] });
  expect(a.all('presence')).toHaveLength(1);
});

test('marks are kept, the latest wins; volatile messages are told to the others and not kept', async () => {
  const { relay, room, a, b, keyA } = await pair();
  const sealed = randomBytes(256);
  await a.done('mark', { room: room.room, publicKey: keyA, sealed: randomBytes(256) });
  await a.done('mark', { room: room.room, publicKey: keyA, sealed });
  await a.done('putRoomInfo', { room: room.room, sealed: randomBytes(9) });
  await a.done('putRoomInfo', { room: room.room, sealed });
  await a.done('volatile', { room: room.room, sealed });
  expect(await b.next('volatile')).toEqual({ room: room.room, sealed });
  expect(b.all('mark').at(-1)).toEqual({ room: room.room, publicKey: keyA, sealed });
  expect([a.all('mark'), a.all('volatile')]).toEqual([[], []]);
  const late = await testClient(relay);
  expect(await late.enter(room)).toMatchObject({ marks: [{ publicKey: keyA, sealed }], roomInfo: sealed });
});

test('a mark for a key that the connection does not answer for is refused', async () => {
  const { room, a, keyB } = await pair();
  const refusal = await a.refused('mark', { room: room.room, publicKey: keyB, sealed: randomBytes(9) });
  expect(refusal.code).toBe('notAuthorised');
});

test("[K5] when a member's last connection goes, the room is asked", async () => {
  const { room, a, b } = await pair();
  expect(a.all('keyCleanup')).toEqual([]);
  b.close();
  expect(await a.next('keyCleanup')).toEqual({ room: room.room });
});

test('[K5] the room is asked once per interval', async () => {
  const { a } = await pair({ ...never, intervalMs: 20 });
  await a.next('keyCleanup', () => a.all('keyCleanup').length >= 3);
});

test('[K6] a key that nobody answers for is removed, one that is answered for never is', async () => {
  const { room, a, b, keyA, keyB } = await pair(quick);
  answering(a, room, [keyA]);
  b.close();
  const { entries } = await a.next('entries', ({ entries: [first] }) => first?.kind === 'removeKey');
  expect(entries).toMatchObject([
    { kind: 'removeKey', seq: 3, epoch: 3, publicKey: keyB, reason: 'cleanup' },
  ]);
  const asked = a.all('keyCleanup').length;
  await a.next('keyCleanup', () => a.all('keyCleanup').length >= asked + 8);
  expect(await registered(a, room, [keyA])).toEqual([keyA]);
});

test('[K6] a key whose proxy is connected but no longer answers for it is removed', async () => {
  const { room, a, b, keyA, keyB } = await pair(quick);
  answering(a, room, [keyA]);
  answering(b, room, []);
  const { entries } = await a.next('entries', ({ entries: [first] }) => first?.kind === 'removeKey');
  expect(entries).toMatchObject([{ publicKey: keyB, reason: 'cleanup' }]);
});

test('[K6] a key that comes back within the grace period is kept', async () => {
  const { relay, room, a, b, keyA, keyB } = await pair({ ...quick, graceMs: 3_600_000 });
  answering(a, room, [keyA]);
  b.close();
  await a.next('keyCleanup', () => a.all('keyCleanup').length >= 5);
  const back = await testClient(relay);
  expect(await registered(back, room, [keyB])).toHaveLength(2);
  const { epoch } = await back.enter(room, [keyB]);
  await back.done('append', back.envelope(room, keyB, [keyA], epoch));
});
