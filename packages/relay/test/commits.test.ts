import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { testClient, testRelay } from './testRelay.ts';
import { testInvite, testRoom } from './testRoom.ts';

/** A room in epoch 0 with two members, each on its own connection, and the access key of the next epoch. */
async function pair() {
  const relay = await testRelay();
  const room = testRoom();
  const next = testRoom(room.room);
  const [a, b] = [await testClient(relay), await testClient(relay)];
  await a.create(room);
  await a.enter(room);
  await b.enter(room);
  return { relay, room, next, a, b };
}

test('[A1] a commit opens an epoch with an access key of its own', async () => {
  const { room, next, a } = await pair();
  expect(await a.done('commit', a.commit(room, 0, next))).toEqual({ seq: 1, epoch: 1 });
  expect(await a.enter(next)).toMatchObject({ head: 1, epoch: 1, ended: false });
  expect(await a.enter(room)).toMatchObject({ head: 1, ended: true });
});

test('[L8] of many commits for one epoch exactly one is appended', async () => {
  const { room, a, b } = await pair();
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) => {
      const client = n % 2 === 0 ? a : b;
      return client.ask('commit', client.commit(room, 0, testRoom(room.room)));
    }),
  );
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  for (const answer of answers)
    if (!answer.ok) expect(answer.error).toMatchObject({ code: 'epochConflict', epoch: 1 });
});

test('[L3] a commit sent again has its place, also when its epoch is over', async () => {
  const { room, next, a } = await pair();
  const commit = a.commit(room, 0, next);
  const place = await a.done('commit', commit);
  await a.enter(next);
  await a.done('commit', a.commit(next, 1, testRoom(room.room)));
  expect(await a.done('commit', commit)).toEqual(place);
});

test('[L9] who is late is told what it missed, as far as it may read', async () => {
  const { room, next, a, b } = await pair();
  await a.done('append', a.message(room, 0));
  await a.done('commit', a.commit(room, 0, next));
  await a.enter(next);
  await a.done('append', a.message(next, 1));
  const refusal = await b.refused('append', { ...b.message(room, 0), seen: 1 });
  expect(refusal).toMatchObject({ code: 'epochConflict', epoch: 1, missed: [{ kind: 'commit', seq: 2 }] });
  await b.enter(next);
  const again = await b.refused('append', { ...b.message(next, 0), seen: 1 });
  expect(again.missed?.map(({ seq }) => seq)).toEqual([2, 3]);
});

test('[L9] what somebody missed is told to nobody else, whatever room they are late in', async () => {
  const scenes = [await pair(), await pair()];
  for (const { room, next, a } of scenes) await a.done('commit', a.commit(room, 0, next));
  for (const { room, b } of scenes) {
    const { missed } = await b.refused('append', b.message(room, 0));
    const { entries } = await b.done('fetch', { room: room.room, after: 0, limit: 9 });
    expect(missed).toEqual(entries);
  }
});

test('[A4] live entries end with the commit until the next access key is proven', async () => {
  const { room, next, a, b } = await pair();
  await a.done('append', a.message(room, 0));
  await a.done('commit', a.commit(room, 0, next));
  await a.enter(next);
  await a.done('append', a.message(next, 1));
  expect((await b.entriesUpTo(room.room, 2)).map(({ seq }) => seq)).toEqual([1, 2]);
  expect(await b.done('fetch', { room: room.room, after: 0, limit: 9 })).toMatchObject({ head: 2 });
  await b.enter(next);
  await a.done('append', a.message(next, 1));
  expect((await b.entriesUpTo(room.room, 4)).map(({ seq }) => seq)).toEqual([1, 2, 4]);
});

test('[A2] a connection has the access of the key that it proved last, in each room by itself', async () => {
  const { room, next, a } = await pair();
  const other = testRoom();
  await a.create(other);
  await a.enter(other);
  await a.done('commit', a.commit(room, 0, next));
  await a.enter(next);
  await a.done('append', a.message(next, 1));
  expect(await a.enter(room)).toMatchObject({ ended: true, head: 1 });
  expect((await a.refused('append', a.message(room, 1))).code).toBe('epochConflict');
  expect(await a.done('fetch', { room: room.room, after: 0, limit: 9 })).toMatchObject({ head: 1 });
  await a.done('append', a.message(other, 0));
  await a.enter(next);
  await a.done('append', a.message(next, 1));
});

test('[A3] with a former access key nothing is written', async () => {
  const { room, next, a, b } = await pair();
  await a.done('commit', a.commit(room, 0, next));
  await b.entriesUpTo(room.room, 1);
  const id = room.room;
  const refusals = [
    b.refused('volatile', { room: id, sealed: randomBytes(9) }),
    b.refused('setRetention', { room: id, milliseconds: 1 }),
    b.refused('putInvite', { room: id, invite: randomBytes(32) }),
    b.refused('dismissKnock', { room: id, id: randomBytes(16) }),
  ];
  expect(new Set((await Promise.all(refusals)).map(({ code }) => code))).toEqual(new Set(['epochEnded']));
});

test('[N1] [N2] [N3] a knock waits, is told to the members, and is let in by a commit with its welcome', async () => {
  const { relay, room, next, a, b } = await pair();
  const joiner = await testClient(relay);
  const invite = testInvite();
  const knock = joiner.knock(room, invite);
  expect((await joiner.refused('knock', knock)).code).toBe('inviteNotFound');
  await a.done('putInvite', { room: room.room, invite: invite.invite });
  expect(await joiner.done('knock', knock)).toEqual({ state: 'waiting' });
  expect(await b.next('knock')).toMatchObject({ knock: { id: knock.id, sealed: knock.sealed } });
  expect((await b.enter(room)).knocks).toMatchObject([{ id: knock.id, keyPackageRef: knock.keyPackageRef }]);
  const sealed = randomBytes(900);
  const { seq } = await a.done('commit', a.commit(room, 0, next, [{ knock: knock.id, sealed }]));
  expect(await joiner.next('welcome')).toMatchObject({ id: knock.id, seq, sealed });
  expect(await joiner.done('knock', knock)).toEqual({ state: 'admitted', seq, sealed });
  expect(await joiner.enter(next)).toMatchObject({ knocks: [], head: 1 });
});

test('[N1] a knock needs the invite proven on this connection', async () => {
  const { relay, room, a } = await pair();
  const [joiner, other] = [await testClient(relay), await testClient(relay)];
  const invite = testInvite();
  await a.done('putInvite', { room: room.room, invite: invite.invite });
  const stolen = other.knock(room, invite);
  expect((await joiner.refused('knock', stolen)).code).toBe('notAuthorised');
  const forged = { ...joiner.knock(room, testInvite()), invite: invite.invite };
  expect((await joiner.refused('knock', forged)).code).toBe('notAuthorised');
  await other.done('knock', stolen);
});

test('[N2] a connection knocks once at a time; [N5] withdrawn, dismissed and uninvited knocks end', async () => {
  const { relay, room, a } = await pair();
  const invite = testInvite();
  await a.done('putInvite', { room: room.room, invite: invite.invite });
  const joiners = [await testClient(relay), await testClient(relay), await testClient(relay)] as const;
  const knocks = joiners.map((joiner) => joiner.knock(room, invite));
  for (const [index, joiner] of joiners.entries()) {
    const knock = knocks[index];
    if (knock) await joiner.done('knock', knock);
  }
  const [first, second, third] = joiners;
  expect((await first.refused('knock', first.knock(room, invite))).code).toBe('tooManyKnocks');
  const [withdrawn, dismissed, uninvited] = knocks.map(({ id }) => ({ room: room.room, id }));
  if (!withdrawn || !dismissed || !uninvited) throw new Error('three knocks');
  expect((await second.refused('withdrawKnock', withdrawn)).code).toBe('knockNotFound');
  await first.done('withdrawKnock', withdrawn);
  await first.done('knock', first.knock(room, invite));
  await a.done('dismissKnock', dismissed);
  expect(await second.next('knockDismissed')).toEqual(dismissed);
  expect((await a.refused('dismissKnock', dismissed)).code).toBe('knockNotFound');
  await a.done('removeInvite', { room: room.room, invite: invite.invite });
  expect(await third.next('knockDismissed')).toEqual(uninvited);
  expect((await a.enter(room)).knocks).toEqual([]);
  await a.next('knockEnded', () => a.all('knockEnded').length === 4);
});

test('[N3] one knock is let in once, and a commit for one that is gone is refused as a whole', async () => {
  const { relay, room, next, a } = await pair();
  const joiner = await testClient(relay);
  const invite = testInvite();
  await a.done('putInvite', { room: room.room, invite: invite.invite });
  const knock = joiner.knock(room, invite);
  await joiner.done('knock', knock);
  const welcomes = [{ knock: knock.id, sealed: randomBytes(9) }];
  await a.done('commit', a.commit(room, 0, next, welcomes));
  await a.enter(next);
  const again = a.commit(next, 1, testRoom(room.room), welcomes);
  expect((await a.refused('commit', again)).code).toBe('knockNotFound');
  expect(await a.enter(next)).toMatchObject({ epoch: 1, head: 1 });
});
