import { createCommit } from '@otr/mls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configOf } from '../../src/core/group/config.ts';
import { settingsExtension } from '../../src/core/group/extensions.ts';
import { viewOf } from '../../src/core/group/view.ts';
import { Company, detailsOf, keyOf, refusalOf } from './company.ts';
import { newId, type Person } from './person.ts';
import { SimulatedRoom } from './simulatedRoom.ts';

let company: Company;

beforeEach(async () => {
  company = await Company.meet();
});
afterEach(() => company.part());

async function told(who: Person, room: string, event: string) {
  const rows = await who.rows(room);
  return rows.flatMap((row) => (row.kind === 'notice' && row.event === event ? [row.data] : []));
}

async function hearsOf(who: Person, room: string, event: string) {
  await who.until(async () => (await told(who, room, event)).length > 0);
  return (await told(who, room, event)).at(-1);
}

test('[G4] every change of the settings is told to all, with who made it', async () => {
  const [ana, ben] = [company.person('Ana'), company.person('Ben')];
  const room = await company.room(ana, ben);
  await ana.ask('setTimer', { room, disappearAfter: 86_400_000 });
  expect(await hearsOf(ben, room, 'timerChanged')).toMatchObject({ by: 'Ana', milliseconds: 86_400_000 });
  await ben.ask('renameRoom', { room, name: 'Orchard' });
  expect(await hearsOf(ana, room, 'roomRenamed')).toMatchObject({ by: 'Ben', to: 'Orchard' });
  const roles = { invite: 'everyone', remove: 'admins', change: 'admins' } as const;
  await ana.ask('setRoles', { room, roles });
  expect(await hearsOf(ben, room, 'rolesChanged')).toMatchObject({ by: 'Ana', ...roles });
  await ana.ask('setAdmin', { room, member: await keyOf(ana, room, 'Ben'), admin: true });
  expect(await hearsOf(ben, room, 'adminsChanged')).toMatchObject({ by: 'Ana' });
  await ben.ask('createInvite', { room, uses: 1, expiresIn: null, approval: true });
  expect(await hearsOf(ana, room, 'inviteMade')).toMatchObject({ by: 'Ben' });
  expect((await detailsOf(ben, room)).roles).toEqual(roles);
  for (const who of [ana, ben]) expect(await who.troubles(room)).toEqual([]);
});

test('[G4] what the room lets only admins do is refused to others, and given with the rank', async () => {
  const [ana, ben] = [company.person('Ana'), company.person('Ben')];
  const room = await company.room(ana, ben);
  const admins = { invite: 'admins', remove: 'admins', change: 'admins' } as const;
  await ana.ask('setRoles', { room, roles: admins });
  await ben.until(() => ben.room(room)?.rights.change === false);
  const member = await keyOf(ben, room, 'Ana');
  const asked: Parameters<Person['chat']['request']>[] = [
    ['renameRoom', { room, name: 'Mine' }],
    ['setTimer', { room, disappearAfter: 1_000 }],
    ['removeMember', { room, member }],
    ['setRoles', { room, roles: { ...admins, invite: 'everyone' } }],
    ['setAdmin', { room, member, admin: false }],
    ['createInvite', { room, uses: null, expiresIn: null, approval: false }],
    ['refuseKnock', { room, knock: newId() }],
  ];
  for (const [event, request] of asked)
    expect([event, await refusalOf(ben, event, request)]).toEqual([event, 'notAllowed']);
  expect((await detailsOf(ben, room)).invites).toEqual([]);

  await ana.ask('setAdmin', { room, member: await keyOf(ana, room, 'Ben'), admin: true });
  await ben.until(() => ben.room(room)?.rights.change === true);
  await ben.ask('renameRoom', { room, name: 'Ours' });
  await ana.until(() => ana.room(room)?.name === 'Ours');
});

test('[G4] only a member who may let people in is asked about those who knock', async () => {
  const [ana, ben, cleo] = [company.person('Ana'), company.person('Ben'), company.person('Cleo')];
  const room = await company.room(ana, ben);
  const roles = { invite: 'admins', remove: 'everyone', change: 'everyone' } as const;
  await ana.ask('setRoles', { room, roles });
  const { link } = await ana.ask('createInvite', { room, uses: null, expiresIn: null, approval: true });
  await cleo.ask('joinRoom', { link });
  await ana.until(() => ana.room(room)?.knocks === 1);
  const [knock] = (await detailsOf(ana, room)).knocks;
  await ana.says(room, 'somebody knocks');
  await ben.hears(room, ['somebody knocks']);
  expect(ben.room(room)?.knocks).toBe(0);
  expect(await refusalOf(ben, 'admitKnock', { room, knock: knock?.id ?? '' })).toBe('notAllowed');
  await ana.ask('admitKnock', { room, knock: knock?.id ?? '' });
  await cleo.until(() => cleo.room(room)?.state === 'joined');
});

test('[R2] a removal is told to all and to the one removed, who can read and say nothing afterwards', async () => {
  const [ana, ben, cleo] = [company.person('Ana'), company.person('Ben'), company.resident('Cleo')];
  const room = await company.room(ana, ben, cleo);
  await ana.says(room, 'before');
  await cleo.hears(room, ['before']);
  await ana.ask('removeMember', { room, member: await keyOf(ana, room, 'Cleo') });
  expect(await hearsOf(ben, room, 'removed')).toMatchObject({ name: 'Cleo', by: 'Ana' });
  expect(await hearsOf(cleo, room, 'youWereRemoved')).toEqual({ by: 'Ana' });
  expect(cleo.room(room)).toMatchObject({ state: 'removed', memberCount: 0, me: null });
  await ana.says(room, 'after');
  await ben.hears(room, ['after']);
  expect(await refusalOf(cleo, 'sendMessage', { room, id: newId(), text: 'still here' })).toBe('notAllowed');
  expect(await refusalOf(cleo, 'returnToRoom', { room })).toBe('notAllowed');
  expect(await cleo.texts(room)).toEqual(['before']);

  // Neither live nor by asking anew.
  await company.dismiss(cleo);
  const again = company.resident('Cleo');
  await again.until(() => again.chat.snapshot().relay.state === 'online');
  await ana.says(room, 'later');
  await ben.hears(room, ['later']);
  expect(await again.texts(room)).toEqual(['before']);
  expect(again.room(room)?.state).toBe('removed');
  expect(await refusalOf(again, 'returnToRoom', { room })).toBe('notAllowed');
  for (const who of [ana, ben]) await company.allSee([who], room, 2);
});

test('[R2] who was away while it was removed learns it, and nothing that was said afterwards', async () => {
  const [ana, ben, cleo] = [company.person('Ana'), company.person('Ben'), company.resident('Cleo')];
  const room = await company.room(ana, ben, cleo);
  await company.dismiss(cleo);
  await ana.says(room, 'while she was away');
  await ana.settles(room);
  await ana.ask('removeMember', { room, member: await keyOf(ana, room, 'Cleo') });
  await company.allSee([ana, ben], room, 2);
  await ana.says(room, 'after');
  await ana.settles(room);
  const again = company.resident('Cleo');
  await again.until(() => again.room(room)?.state === 'removed');
  expect(await again.texts(room)).toEqual(['while she was away']);
});

test('[R2] who was removed and is invited again keeps its history and goes on', async () => {
  const [ana, ben] = [company.person('Ana'), company.resident('Ben')];
  const room = await company.room(ana, ben);
  await ben.says(room, 'first time');
  await ana.hears(room, ['first time']);
  await ana.ask('removeMember', { room, member: await keyOf(ana, room, 'Ben') });
  await ben.until(() => ben.room(room)?.state === 'removed');
  await ana.says(room, 'not for Ben');
  await ben.joins(ana, room);
  await ben.says(room, 'second time');
  await ana.hears(room, ['second time']);
  await company.dismiss(ben);
  const again = company.resident('Ben');
  await again.says(room, 'third time');
  await ana.hears(room, ['third time']);
  expect(await again.texts(room)).toEqual(['first time', 'second time', 'third time']);
  for (const who of [ana, again]) expect(await who.troubles(room)).toEqual([]);
});

test('[R3] who leaves is removed by a member, though it may remove nobody else', async () => {
  const [ana, ben, cleo] = [company.person('Ana'), company.person('Ben'), company.person('Cleo')];
  const room = await company.room(ana, ben, cleo);
  const roles = { invite: 'admins', remove: 'admins', change: 'admins' } as const;
  await ana.ask('setRoles', { room, roles });
  await ben.until(() => ben.room(room)?.rights.remove === false);
  // Ana is the only admin, and the first whose turn it would be.
  await ana.ask('leaveRoom', { room });
  await company.allSee([ben, cleo], room, 2);
  expect(await told(ben, room, 'left')).toMatchObject([{ name: 'Ana' }]);
  expect(await told(cleo, room, 'left')).toMatchObject([{ name: 'Ana' }]);
  expect(await told(ben, room, 'adminsChanged')).toEqual([]);
  // All admins have gone: everyone is one.
  await ben.until(() => ben.room(room)?.rights.change === true);
  for (const who of [ben, cleo]) expect(await who.troubles(room)).toEqual([]);
});

test('[R3] who leaves while nobody is there is removed when somebody is', async () => {
  const [ana, ben] = [company.resident('Ana'), company.person('Ben')];
  const room = await company.room(ana, ben);
  await company.dismiss(ana);
  await ben.ask('leaveRoom', { room });
  expect(ben.room(room)).toBeUndefined();
  const again = company.resident('Ana');
  await company.allSee([again], room, 1);
  expect(await told(again, room, 'left')).toMatchObject([{ name: 'Ben' }]);
});

test('[R4] who was silent for thirty days is removed, and everyone is told why', async () => {
  const [ana, ben, cleo] = [company.person('Ana'), company.person('Ben'), company.person('Cleo')];
  const room = await company.room(ana, ben, cleo);
  await ben.says(room, 'I speak');
  await ana.hears(room, ['I speak']);
  await company.dismiss(cleo);
  company.ahead = 29 * 86_400_000;
  await ben.says(room, 'still');
  await ana.says(room, 'still');
  await ben.until(async () => (await ben.texts(room)).length === 3);
  await ana.until(async () => (await ana.texts(room)).length === 3);
  expect(ana.room(room)?.memberCount).toBe(3);
  company.ahead = 30 * 86_400_000 + 60_000;
  await ben.says(room, 'the day after');
  await company.allSee([ana, ben], room, 2);
  expect(await told(ana, room, 'evicted')).toMatchObject([{ name: 'Cleo' }]);
  expect(await told(ben, room, 'evicted')).toMatchObject([{ name: 'Cleo' }]);
});

test('[R4] a member that was never heard of is removed too, by those who came after it', async () => {
  const [ana, ben, cleo] = [company.person('Ana'), company.person('Ben'), company.person('Cleo')];
  const room = await company.room(ana, ben);
  await company.dismiss(ben);
  await cleo.joins(ana, room);
  await ana.ask('leaveRoom', { room });
  await company.allSee([cleo], room, 2);
  company.ahead = 31 * 86_400_000;
  await cleo.says(room, 'is nobody here?');
  await company.allSee([cleo], room, 1);
  expect(await told(cleo, room, 'evicted')).toMatchObject([{ name: 'Ben' }]);
});

test('[C4] two who change the settings at once both get what they wanted', async () => {
  const [ana, ben, cleo] = [company.person('Ana'), company.person('Ben'), company.person('Cleo')];
  const room = await company.room(ana, ben, cleo);
  await Promise.all([
    ana.ask('renameRoom', { room, name: 'Orchard' }),
    ben.ask('setTimer', { room, disappearAfter: 86_400_000 }),
    cleo.ask('setAdmin', { room, member: cleo.room(room)?.me ?? '', admin: true }).catch(() => {}),
  ]);
  for (const who of [ana, ben, cleo]) {
    await who.until(
      () => who.room(room)?.name === 'Orchard' && who.room(room)?.disappearAfter === 86_400_000,
    );
    expect(await who.troubles(room)).toEqual([]);
  }
});

test('[G1] names come from the leaves: a new one is told to all, with the old', async () => {
  const [ana, ben] = [company.person('Ana'), company.person('Ben')];
  const room = await company.room(ana, ben);
  await ben.ask('setName', { name: 'Benedict' });
  expect(await hearsOf(ana, room, 'renamed')).toMatchObject({ from: 'Ben', to: 'Benedict' });
  await ben.says(room, 'it is me');
  await ana.hears(room, ['it is me']);
  expect((await ana.messages(room)).at(-1)?.name).toBe('Benedict');
});

test.each(['lawful', 'lawless'])('[G4] a %s commit that was made by hand', async (kind) => {
  const crowd = await SimulatedRoom.open(company.url, 3, 3);
  const zoe = company.person('Zoe');
  const { room } = await zoe.ask('joinRoom', { link: crowd.link });
  await crowd.admit();
  await zoe.until(() => zoe.room(room)?.state === 'joined' && zoe.events.some(renewed));
  await crowd.catchUp();
  // The room lets only its creator change the name. Another's proxy keeps no rule, and the relay knows none.
  const by = crowd.voice(kind === 'lawful' ? 0 : 1);
  const config = configOf(by.group.config.suite.id);
  const extensions = [settingsExtension({ ...viewOf(by.group).settings, name: 'Mine' })];
  const proposals = [{ type: 'groupContextExtensions', extensions } as const];
  const { state, send } = createCommit({ ...by.group, config }, { proposals });
  if (kind === 'lawful') {
    await crowd.send(by, state, send.commit);
    await zoe.until(() => zoe.room(room)?.name === 'Mine');
    expect(await zoe.troubles(room)).toEqual([]);
  } else {
    // Neither she nor any of the other members follows it.
    await expect(crowd.send(by, state, send.commit)).rejects.toThrow('proposalsRefused');
    await zoe.until(() => zoe.room(room)?.state === 'stopped');
    expect(zoe.room(room)?.name).toBe('Square');
    expect(await zoe.troubles(room)).toEqual(['badCommit']);
  }
  crowd.close();
});

function renewed({ event, data }: Person['events'][number]): boolean {
  return event === 'details' && data.keysRenewedAt !== null;
}
