import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { testClient, testRelay } from './testRelay.ts';
import { testRoom } from './testRoom.ts';

test('every connection gets a challenge of its own', async () => {
  const relay = await testRelay();
  const [a, b] = [await testClient(relay), await testClient(relay)];
  expect(Buffer.from(a.challenge).equals(b.challenge)).toBe(false);
});

test('[S3] a holder of the access key enters the room', async () => {
  const relay = await testRelay();
  const room = testRoom();
  const client = await testClient(relay);
  await client.create(room);
  expect(await client.enter(room)).toEqual({ head: 0, floor: 1, epoch: 0, ended: false, knocks: [] });
});

test('[S3] a signature for another challenge, room or connection, or by another key, is refused', async () => {
  const relay = await testRelay();
  const [room, other] = [testRoom(), testRoom()];
  const [client, neighbour] = [await testClient(relay), await testClient(relay)];
  await client.create(room);
  await client.create(other);
  const wrong = {
    'another connection': room.signFor(neighbour.challenge),
    'another challenge': room.signFor(randomBytes(32)),
    'another key': testRoom(room.room).signFor(client.challenge),
    'another room': other.signFor(client.challenge),
    'no signature': Buffer.alloc(64),
  };
  for (const [name, signature] of Object.entries(wrong)) {
    const { accessKey } = room;
    const refusal = await client.refused('enterRoom', { room: room.room, accessKey, signature, keys: [] });
    expect([name, refusal.code]).toEqual([name, 'notAuthorised']);
  }
  await client.enter(room);
});

test('[S3] creating a room needs the access key too, and bytes that are no key are refused', async () => {
  const relay = await testRelay();
  const room = testRoom();
  const client = await testClient(relay);
  const { accessKey, signFor } = room;
  const signature = testRoom(room.room).signFor(client.challenge);
  const byAnother = { room: room.room, accessKey, signature };
  expect((await client.refused('createRoom', byAnother)).code).toBe('notAuthorised');
  const noKey = { room: room.room, accessKey: Buffer.alloc(32, 0xff), signature: signFor(client.challenge) };
  expect((await client.refused('createRoom', noKey)).code).toBe('notAuthorised');
  const entering = { room: room.room, accessKey, signature: signFor(client.challenge), keys: [] };
  expect((await client.refused('enterRoom', entering)).code).toBe('roomNotFound');
});

test('[S4] everything else about a room is refused on a connection that has not entered it', async () => {
  const relay = await testRelay();
  const room = testRoom();
  const [member, client] = [await testClient(relay), await testClient(relay)];
  await member.create(room);
  await member.enter(room);
  const [id, key] = [room.room, randomBytes(32)];
  const refusals = [
    client.refused('exitRoom', { room: id }),
    client.refused('append', client.message(room, 0)),
    client.refused('fetch', { room: id, after: 0, limit: 1 }),
    client.refused('volatile', { room: id, sealed: randomBytes(8) }),
    client.refused('commit', client.commit(room, 0, testRoom(id))),
    client.refused('setRetention', { room: id, milliseconds: 1 }),
    client.refused('putInvite', { room: id, invite: key }),
    client.refused('removeInvite', { room: id, invite: key }),
    client.refused('dismissKnock', { room: id, id: randomBytes(16) }),
  ];
  expect(new Set((await Promise.all(refusals)).map(({ code }) => code))).toEqual(new Set(['notAuthorised']));
});

test('[S4] nothing of a room reaches a connection that has left it', async () => {
  const relay = await testRelay();
  const room = testRoom();
  const [a, b] = [await testClient(relay), await testClient(relay)];
  await a.create(room);
  await a.enter(room);
  await b.enter(room);
  await b.done('exitRoom', { room: room.room });
  await a.done('append', a.message(room, 0));
  expect((await b.refused('fetch', { room: room.room, after: 0, limit: 1 })).code).toBe('notAuthorised');
  // A later answer proves that no earlier event is still under way.
  expect(b.all('entries')).toEqual([]);
});

test('[S5] the same room with the same access key again succeeds, with another it is refused', async () => {
  const relay = await testRelay();
  const room = testRoom();
  const client = await testClient(relay);
  await client.create(room);
  await client.create(room);
  const squatter = testRoom(room.room);
  const { accessKey } = squatter;
  const signature = squatter.signFor(client.challenge);
  const refusal = await client.refused('createRoom', { room: room.room, accessKey, signature });
  expect(refusal.code).toBe('roomExists');
  await client.enter(room);
});

test('what is sent without waiting for an answer is done in order', async () => {
  const relay = await testRelay();
  const room = testRoom();
  const client = await testClient(relay);
  const next = testRoom(room.room);
  const created = client.create(room);
  const entered = client.enter(room);
  const committed = client.done('commit', client.commit(room, 0, next));
  const again = client.enter(next);
  const appended = client.done('append', client.message(next, 1));
  await Promise.all([created, entered, again]);
  expect([await committed, await appended]).toEqual([{ seq: 1, epoch: 1 }, { seq: 2 }]);
});

test('the snapshot of enterRoom and live delivery leave no hole and overlap nowhere', async () => {
  const relay = await testRelay();
  const room = testRoom();
  const writer = await testClient(relay);
  await writer.create(room);
  await writer.enter(room);
  const sends = Array.from({ length: 200 }, () => writer.done('append', writer.message(room, 0)));
  const readers = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const reader = await testClient(relay);
      return { reader, head: (await reader.enter(room)).head };
    }),
  );
  await Promise.all(sends);
  await writer.done('append', writer.message(room, 0));
  for (const { reader, head } of readers) {
    const seqs = (await reader.entriesUpTo(room.room, 201)).map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from({ length: 201 - head }, (_, n) => head + 1 + n));
  }
});
