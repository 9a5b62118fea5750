import { type RelayRequest, refuse } from '@otr/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTamperingRelay } from '../../../../tests/hostile/tamperingRelay.ts';
import { TestClient } from '../../../relay/test/testClient.ts';
import { keyPackageRefOf, keyPackagesOf, makeJoinKeys } from '../../src/core/group/join.ts';
import { inviteKeysOf, sealKnock } from '../../src/core/invite.ts';
import { parseInviteLink } from '../../src/core/inviteLink.ts';
import { randomId, toText } from '../../src/core/text.ts';
import { leafNamed } from '../core/group/leaves.ts';
import { Company, detailsOf, epochOf, keyOf, refusalOf } from './company.ts';
import { Person } from './person.ts';

let company: Company;

beforeEach(async () => {
  company = await Company.meetDurably();
});
afterEach(() => company.part());

const policy = { uses: null, expiresIn: null, approval: false };

async function link(who: Person, room: string, change: Partial<Parameters<typeof makeLink>[2]> = {}) {
  return await makeLink(who, room, { ...policy, ...change });
}

async function makeLink(
  who: Person,
  room: string,
  policy: { uses: number | null; expiresIn: number | null; approval: boolean },
): Promise<string> {
  const before = (await detailsOf(who, room)).invites.length;
  const made = await who.ask('createInvite', { room, ...policy });
  await who.until(async () => (await detailsOf(who, room)).invites.length > before);
  return made.link;
}

const isIn = (who: Person, room: string) => who.room(room)?.state === 'joined';
const isStopped = (who: Person, room: string) => who.room(room)?.state === 'stopped';

test('[I1] a standing invite lets in one after the other, and is the same when it is asked for again', async () => {
  const ana = company.person('Ana');
  const room = await ana.create('Garden');
  const first = await ana.ask('invite', { room });
  for (const name of ['Ben', 'Cleo', 'Dan']) await company.person(name).joins(ana, room);
  expect(await ana.ask('invite', { room })).toEqual(first);
  await ana.until(() => ana.room(room)?.memberCount === 4);
});

test('[I5] an invite for one: the second who knocks is refused, and told why', async () => {
  const [ana, ben, cleo] = [company.person('Ana'), company.person('Ben'), company.person('Cleo')];
  const room = await ana.create('Garden');
  const once = await link(ana, room, { uses: 1 });
  await ben.ask('joinRoom', { link: once });
  await ben.until(() => isIn(ben, room));
  await ana.until(async () => (await detailsOf(ana, room)).invites.every(({ link }) => link !== once));
  await cleo.ask('joinRoom', { link: once });
  await cleo.until(() => isStopped(cleo, room));
  expect(cleo.room(room)?.reason).toMatch(/used up/);
  expect(ana.room(room)?.memberCount).toBe(2);
});

test('[I5] of six who knock at once with an invite for three, three come in', async () => {
  const [ana, ben] = [company.person('Ana'), company.person('Ben')];
  const room = await company.room(ana, ben);
  const three = await link(ana, room, { uses: 3 });
  const six = Array.from({ length: 6 }, (_, n) => company.person(`Guest ${n}`));
  await Promise.all(six.map((one) => one.ask('joinRoom', { link: three })));
  for (const one of six) await one.until(() => isIn(one, room) || isStopped(one, room));
  expect(six.filter((one) => isIn(one, room))).toHaveLength(3);
  for (const who of [ana, ben]) await who.until(() => who.room(room)?.memberCount === 5);
  expect(await ana.troubles(room)).toEqual([]);
});

test('[I5] an invite works until its time is over', async () => {
  const [ana, ben, cleo] = [company.person('Ana'), company.person('Ben'), company.person('Cleo')];
  const room = await ana.create('Garden');
  const hour = await link(ana, room, { expiresIn: 3_600_000 });
  await ben.ask('joinRoom', { link: hour });
  await ben.until(() => isIn(ben, room));
  company.ahead = 3_600_001;
  await cleo.ask('joinRoom', { link: hour });
  await ana.says(room, 'time passes');
  await ben.hears(room, ['time passes']);
  // Another comes in by a standing invite after Cleo knocked: she was not overlooked, but left out.
  await company.person('Dan').joins(ana, room);
  expect(isIn(cleo, room)).toBe(false);
  await ana.until(() => ana.room(room)?.memberCount === 3);
});

test('[I5] whom a person has to let in waits for it, and is told when it is refused', async () => {
  const [ana, ben, cleo] = [company.person('Ana'), company.person('Ben'), company.person('Cleo')];
  const room = await ana.create('Garden');
  const asking = await link(ana, room, { approval: true });
  for (const who of [ben, cleo]) await who.ask('joinRoom', { link: asking });
  await ana.until(() => ana.room(room)?.knocks === 2);
  const { knocks } = await detailsOf(ana, room);
  expect(knocks.map(({ name }) => name).sort()).toEqual(['Ben', 'Cleo']);
  expect(isIn(ben, room)).toBe(false);
  const knockOf = (name: string) => knocks.find((knock) => knock.name === name)?.id ?? '';

  await ana.ask('admitKnock', { room, knock: knockOf('Ben') });
  await ben.until(() => isIn(ben, room));
  await ana.ask('refuseKnock', { room, knock: knockOf('Cleo') });
  await cleo.until(() => isStopped(cleo, room));
  expect(cleo.room(room)?.reason).toMatch(/declined/);
  await ana.until(() => ana.room(room)?.knocks === 0);
  expect(await refusalOf(ana, 'admitKnock', { room, knock: knockOf('Cleo') })).toBe('knockNotFound');
  expect(ana.room(room)?.memberCount).toBe(2);
});

test('[I4] an invite that was withdrawn lets nobody in', async () => {
  const [ana, ben, cleo] = [company.person('Ana'), company.person('Ben'), company.person('Cleo')];
  const room = await company.room(ana, ben);
  const other = await link(ana, room, { uses: 5 });
  const found = async () => (await detailsOf(ben, room)).invites.find((one) => one.link === other);
  await ben.until(async () => (await found()) !== undefined);
  const { invite = '' } = (await found()) ?? {};
  await ben.ask('revokeInvite', { room, invite });
  await ana.until(async () => (await ana.notices(room)).includes('inviteRevoked'));
  await cleo.ask('joinRoom', { link: other });
  await cleo.until(() => isStopped(cleo, room));
  expect(await refusalOf(ben, 'revokeInvite', { room, invite })).toBe('inviteNotFound');
});

test('[I4] an invite that was withdrawn before the relay had heard of it is not told to it afterwards', async () => {
  const evil = await startTamperingRelay(company.url);
  const ana = new Person({ relayUrl: evil.url, name: 'Ana' });
  const [ben, cleo] = [company.person('Ben'), company.person('Cleo')];
  const honest = (made: string) => made.replace(/^otr:[^/]+/, `otr:${new URL(company.url).host}`);
  const room = await ana.create('Garden');
  await ben.ask('joinRoom', { link: honest((await ana.ask('invite', { room })).link) });
  await company.allKnow([ana, ben], room);
  const later = refuse('rateLimited', 'Later.');
  evil.tamper({ answer: (event, answer) => (event === 'putInvite' ? later : answer) });
  const withdrawn = honest(await link(ana, room, { uses: 5 }));
  const found = async () => (await detailsOf(ben, room)).invites.find(({ uses }) => uses === 5);
  await ben.until(async () => (await found()) !== undefined);
  const { invite = '' } = (await found()) ?? {};
  await ben.ask('revokeInvite', { room, invite });
  await ana.until(async () => (await ana.notices(room)).includes('inviteRevoked'));

  const told: string[] = [];
  evil.watch((event, request) => {
    if (event === 'putInvite') told.push(toText((request as RelayRequest<'putInvite'>).invite));
  });
  evil.tamper({});
  const next = honest(await link(ana, room, { uses: 6 }));
  await cleo.ask('joinRoom', { link: next });
  await cleo.until(() => isIn(cleo, room));
  expect(told).not.toContain(invite);
  const dan = company.person('Dan');
  await dan.ask('joinRoom', { link: withdrawn });
  await dan.until(() => isStopped(dan, room));
  await ana.close();
  await evil.close();
});

test('[N5] a knock that ends before it is answered has ended', async () => {
  const [ana, evil] = [company.person('Ana'), await startTamperingRelay(company.url)];
  const room = await ana.create('Garden');
  const asking = await link(ana, room, { approval: true });
  // A batch of the relay's that has both a knock and the end of its invite says so in this order.
  evil.watch((event, request) => {
    if (event !== 'knock') return;
    const { room, id } = request as RelayRequest<'knock'>;
    evil.tell('knockDismissed', { room, id });
  });
  const cleo = new Person({ relayUrl: evil.url, name: 'Cleo' });
  await cleo.ask('joinRoom', { link: asking.replace(/^otr:[^/]+/, `otr:${new URL(evil.url).host}`) });
  await cleo.until(() => isStopped(cleo, room));
  await ana.until(() => ana.room(room)?.knocks === 1);
  // The answer comes before those to what is asked after it.
  const other = await cleo.create('Elsewhere');
  await cleo.until(() => isIn(cleo, other));
  expect(cleo.room(room)?.reason).toMatch(/declined/);
  await cleo.close();
  await evil.close();
});

test('[I4] invites outlive the relay’s restart and the proxy’s', async () => {
  const ana = company.resident('Ana');
  const room = await ana.create('Garden');
  const made = await link(ana, room, { uses: 2 });
  await company.person('Ben').joins(ana, room);
  await company.stopRelay();
  await company.dismiss(ana);
  const again = company.resident('Ana');
  await company.startRelay();
  const cleo = company.person('Cleo');
  await cleo.ask('joinRoom', { link: made });
  await cleo.until(() => isIn(cleo, room));
  await again.until(async () => {
    const { invites } = await detailsOf(again, room);
    return invites.find(({ link }) => link === made)?.uses === 1;
  });
});

test('[N2] who knocks while nobody is there comes in when somebody is', async () => {
  const ana = company.resident('Ana');
  const room = await ana.create('Garden');
  const { link } = await ana.ask('invite', { room });
  await ana.says(room, 'here');
  await ana.settles(room);
  await company.dismiss(ana);
  const ben = company.person('Ben');
  await ben.ask('joinRoom', { link });
  await ben.says(room, 'is anybody there?');
  const again = company.resident('Ana');
  await again.hears(room, ['is anybody there?']);
  expect(isIn(ben, room)).toBe(true);
});

test('[N2] a joiner that stops while it waits goes on when it is back', async () => {
  const [ana, ben] = [company.person('Ana'), company.resident('Ben')];
  const room = await ana.create('Garden');
  await ben.ask('joinRoom', { link: await link(ana, room, { approval: true }) });
  await ana.until(() => ana.room(room)?.knocks === 1);
  await company.dismiss(ben);
  const { knocks } = await detailsOf(ana, room);
  await ana.ask('admitKnock', { room, knock: knocks[0]?.id ?? '' });
  await ana.until(() => ana.room(room)?.memberCount === 2);
  const again = company.resident('Ben');
  await again.until(() => isIn(again, room));
  await again.says(room, 'I was let in');
  await ana.hears(room, ['I was let in']);
});

test('[C1] twelve who knock at once are let in by few commits', async () => {
  const [ana, ben] = [company.person('Ana'), company.person('Ben')];
  const room = await company.room(ana, ben);
  const approve = await link(ana, room, { approval: true });
  const twelve = Array.from({ length: 12 }, (_, n) => company.person(`Guest ${n}`));
  await Promise.all(twelve.map((one) => one.ask('joinRoom', { link: approve })));
  await ana.until(() => ana.room(room)?.knocks === 12);
  const { knocks } = await detailsOf(ana, room);
  await Promise.all(knocks.map(({ id }) => ana.ask('admitKnock', { room, knock: id })));
  await company.allSee([ana, ben, ...twelve], room, 14);
  const rows = await ana.rows(room);
  const seqs = rows.flatMap((row) =>
    row.kind === 'notice' && row.event === 'joined' && String(row.data['name']).startsWith('Guest')
      ? [row.seq]
      : [],
  );
  expect(seqs).toHaveLength(12);
  expect(new Set(seqs).size).toBeLessThanOrEqual(3);
  for (const who of [ana, ben, ...twelve]) expect(await who.troubles(room)).toEqual([]);
});

test('[C2] of ten members who are there, one lets the next in', async () => {
  const ana = company.person('Ana');
  const others = Array.from({ length: 9 }, (_, n) => company.person(`Member ${n}`));
  const room = await company.room(ana, ...others);
  const zoe = company.person('Zoe');
  await zoe.joins(ana, room);
  await company.allSee([ana, ...others, zoe], room, 11);
  const told = await Promise.all(
    [ana, ...others].map(async (who) =>
      (await who.rows(room)).filter(
        (row) => row.kind === 'notice' && row.event === 'joined' && row.data['name'] === 'Zoe',
      ),
    ),
  );
  for (const rows of told) expect(rows).toHaveLength(1);
  expect(new Set(told.map(([row]) => (row?.kind === 'notice' ? row.data['by'] : ''))).size).toBe(1);
  for (const who of [ana, ...others, zoe]) expect(await who.troubles(room)).toEqual([]);
});

test('[I4] what a removed member knows lets nobody in', async () => {
  const [ana, ben, cleo] = [company.person('Ana'), company.person('Ben'), company.person('Cleo')];
  const room = await company.room(ana, ben);
  const old = await link(ben, room);
  const standing = await ben.ask('invite', { room });
  await ana.ask('removeMember', { room, member: await keyOf(ana, room, 'Ben') });
  await ben.until(() => ben.room(room)?.state === 'removed');
  const epoch = await epochOf(ana, room);
  for (const link of [old, standing.link]) {
    await cleo.ask('joinRoom', { link });
    await cleo.until(() => isStopped(cleo, room));
    await cleo.ask('leaveRoom', { room });
  }
  expect(ana.room(room)?.memberCount).toBe(1);
  // The invite that is made afterwards works for both.
  await cleo.joins(ana, room);
  await ben.joins(ana, room);
  expect(await epochOf(ana, room)).toBeGreaterThan(epoch);
  await ben.says(room, 'I was asked back');
  await cleo.hears(room, ['I was asked back']);
  for (const who of [ana, ben, cleo]) expect(await who.troubles(room)).toEqual([]);
});

test('a room has a number of invites at the most, and one too many keeps no other wish from being done', async () => {
  const ana = company.person('Ana');
  const room = await ana.create('Garden');
  const asked = Array.from({ length: 40 }, () => refusalOf(ana, 'createInvite', { room, ...policy }));
  const refused = (await Promise.all(asked)).filter((code) => code !== null);
  expect(refused).toHaveLength(9);
  await ana.until(async () => (await detailsOf(ana, room)).invites.length === 32);
  await ana.ask('renameRoom', { room, name: 'Orchard' });
  await ana.until(() => ana.room(room)?.name === 'Orchard');
});

test('[C1] one who cannot be added keeps no other out, and is told so', async () => {
  const ana = company.person('Ana');
  const room = await ana.create('Garden');
  const asking = await link(ana, room, { approval: true });
  const spoiler = await spoiledKnock(asking);
  const others = ['Ben', 'Cleo', 'Dan'].map((name) => company.person(name));
  for (const one of others) await one.ask('joinRoom', { link: asking });
  await ana.until(() => ana.room(room)?.knocks === 4);
  const { knocks } = await detailsOf(ana, room);
  await Promise.all(knocks.map(({ id }) => ana.ask('admitKnock', { room, knock: id })));
  await company.allSee([ana, ...others], room, 4);
  await spoiler.next('knockDismissed');
  spoiler.close();
  await ana.until(() => ana.room(room)?.knocks === 0);
  for (const who of [ana, ...others]) expect(await who.troubles(room)).toEqual([]);
});

/** Somebody with the invite whose key packages are signed by nobody. */
async function spoiledKnock(link: string): Promise<TestClient> {
  const parsed = parseInviteLink(link);
  if (!parsed.ok) throw new Error('no link');
  const { room, secret, relayUrl } = parsed.value;
  const client = await TestClient.connect(relayUrl);
  const [invite, id] = [inviteKeysOf(secret, room), randomId()];
  const keys = makeJoinKeys(leafNamed('Spoiler'), Date.now());
  const spoiled = keyPackagesOf(keys).map((bytes) => bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1));
  await client.done('knock', {
    room,
    id,
    invite: invite.publicKey,
    signature: invite.sign(client.challenge, room),
    keyPackageRef: keyPackageRefOf(keys),
    sealed: sealKnock(invite, id, { version: 1, name: 'Spoiler', keyPackages: spoiled.map(toText) }),
  });
  return client;
}
