import { expect, test } from 'vitest';
import type { TestClient } from './testClient.ts';
import { testClient, testRelay } from './testRelay.ts';
import { type TestInvite, type TestRoom, testInvite, testRoom } from './testRoom.ts';

const never = { intervalMs: 3_600_000, graceMs: 3_600_000, answerMs: 10_000 };
const quick = { intervalMs: 100, graceMs: 500, answerMs: 80 };

/** A room with a member and an invite. */
async function invited(cleanup = never) {
  const relay = await testRelay({ cleanup });
  const [room, invite] = [testRoom(), testInvite()];
  const member = await testClient(relay);
  await member.create(room);
  await member.enter(room);
  await member.done('putInvite', { room: room.room, invite: invite.invite });
  return { relay, room, invite, member };
}

async function knocking(relay: { url: string }, room: TestRoom, invite: TestInvite) {
  const joiner = await testClient(relay);
  const knock = joiner.knock(room, invite);
  await joiner.done('knock', knock);
  return { joiner, knock };
}

/** Answers `keyCleanup` as a proxy does that holds these key packages. */
function answering(client: TestClient, { room }: TestRoom, keys: Uint8Array[]) {
  client.socket.on('keyCleanup', () => client.socket.emit('allKeys', { room, keys }));
}

async function waitingIn(room: TestRoom, member: TestClient): Promise<Buffer[]> {
  return (await member.enter(room)).knocks.map(({ id }) => Buffer.from(id));
}

test('[N4] when a connection whose knock waits goes, the room is asked; when a member goes, it is not', async () => {
  const { relay, room, invite, member } = await invited();
  const other = await testClient(relay);
  await other.enter(room);
  other.close();
  const { joiner } = await knocking(relay, room, invite);
  await member.next('knock');
  expect(member.all('keyCleanup')).toEqual([]);
  joiner.close();
  expect(await member.next('keyCleanup')).toEqual({ room: room.room });
});

test('[N4] the room is asked once per interval, members and those who knock', async () => {
  const { relay, room, invite, member } = await invited({ ...never, intervalMs: 20 });
  const { joiner } = await knocking(relay, room, invite);
  for (const each of [member, joiner]) {
    await each.next('keyCleanup', () => each.all('keyCleanup').length >= 3);
  }
});

test('[N4] a knock that nobody answers for is dropped, one that is answered for never is', async () => {
  const { relay, room, invite, member } = await invited(quick);
  const [stays, goes] = [await knocking(relay, room, invite), await knocking(relay, room, invite)];
  answering(stays.joiner, room, [stays.knock.keyPackageRef]);
  goes.joiner.close();
  expect(await member.next('knockEnded')).toEqual({ room: room.room, id: goes.knock.id });
  const asked = member.all('keyCleanup').length;
  await member.next('keyCleanup', () => member.all('keyCleanup').length >= asked + 8);
  expect(await waitingIn(room, member)).toEqual([stays.knock.id]);
});

test('[N4] a knock whose proxy is connected but no longer answers for it is dropped, and its proxy told', async () => {
  const { relay, room, invite } = await invited(quick);
  const { joiner, knock } = await knocking(relay, room, invite);
  answering(joiner, room, []);
  expect(await joiner.next('knockDismissed')).toEqual({ room: room.room, id: knock.id });
});

test('[N4] a member that holds the key package may answer for it', async () => {
  const { relay, room, invite, member } = await invited(quick);
  const { joiner, knock } = await knocking(relay, room, invite);
  answering(member, room, [knock.keyPackageRef]);
  joiner.close();
  await member.next('keyCleanup', () => member.all('keyCleanup').length >= 12);
  expect(await waitingIn(room, member)).toEqual([knock.id]);
});

test('[N4] answers of a connection that has nothing to do with the room count for nothing', async () => {
  const { relay, room, invite, member } = await invited(quick);
  const { joiner, knock } = await knocking(relay, room, invite);
  const stranger = await testClient(relay);
  member.socket.on('keyCleanup', () =>
    stranger.socket.emit('allKeys', { room: room.room, keys: [knock.keyPackageRef] }),
  );
  expect(await joiner.next('knockDismissed')).toEqual({ room: room.room, id: knock.id });
});

test('[N2] [N4] a knock whose proxy comes back within the grace period waits on', async () => {
  const { relay, room, invite, member } = await invited({ ...quick, graceMs: 3_600_000 });
  const { joiner, knock } = await knocking(relay, room, invite);
  joiner.close();
  await member.next('keyCleanup', () => member.all('keyCleanup').length >= 5);
  const back = await testClient(relay);
  const again = { ...knock, signature: invite.signFor(back.challenge, room.room) };
  expect(await back.done('knock', again)).toEqual({ state: 'waiting' });
  expect(await waitingIn(room, member)).toEqual([knock.id]);
});
