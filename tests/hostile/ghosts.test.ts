import { randomBytes } from 'node:crypto';
import type { RelayMessageSent, RelayRequest } from '@otr/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inviteKeysOf, sealKnock, sealWelcome } from '../../packages/proxy/src/core/invite.ts';
import { introduced } from '../../packages/proxy/test/chat/introduced.ts';
import { ghostKnock } from './ghost.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
/** Public keys that the relay has been told of, and the knocks that it has seen. */
let invites: Uint8Array[];
let knocks: RelayRequest<'knock'>[];
/** Ids of the knocks that a member let in. */
let admitted: string[];

beforeEach(async () => {
  scene = await openScene();
  [invites, knocks, admitted] = [[], [], []];
  watch();
  await introduced(scene.room, scene.ann, scene.bob);
});
afterEach(() => scene.close());

function watch(): void {
  scene.annsRelay.watch((event, request) => {
    if (event === 'putInvite') invites.push((request as RelayRequest<'putInvite'>).invite);
    if (event !== 'commit') return;
    const { welcomes } = request as RelayRequest<'commit'>;
    admitted.push(...welcomes.map(({ knock }) => Buffer.from(knock).toString('hex')));
  });
}

const roomBytes = () => Buffer.from(scene.room, 'base64url');

/** Tells Ann of a knock that nobody made. */
function tellAnn(knock: RelayMessageSent<'knock'>['knock']): void {
  scene.annsRelay.tell('knock', { room: roomBytes(), knock });
}

/** So long that Ann would have let in whoever she wanted to. */
async function annHasDecided(): Promise<void> {
  const { ann, bob, room } = scene;
  const cleo = await scene.newcomer('Cleo');
  cleo.relay.watch((event, request) => event === 'knock' && knocks.push(request as RelayRequest<'knock'>));
  await scene.joins(cleo, ann);
  for (const each of [ann, bob]) await each.until(() => each.room(room)?.memberCount === 3);
}

describe('a relay that wants somebody in the room', () => {
  it('cannot knock without the secret of an invite, though it knows its public key', async () => {
    const { ann, room } = scene;
    const { link } = await ann.ask('createInvite', { room, uses: null, expiresIn: null, approval: false });
    expect(link).toMatch(/^otr:/);
    await ann.until(() => invites.length > 0);
    const [invite = randomBytes(32)] = invites;
    const id = randomBytes(16);
    const guessed = inviteKeysOf(randomBytes(32), roomBytes());
    const { content, keyPackageRef } = ghostKnock('Ghost');
    tellAnn({ id, invite: Buffer.from(invite), keyPackageRef, sealed: sealKnock(guessed, id, content) });
    tellAnn({ id: randomBytes(16), invite: Buffer.from(invite), keyPackageRef, sealed: randomBytes(4_000) });
    await annHasDecided();
    expect(admitted).toHaveLength(1);
    expect(admitted).not.toContain(id.toString('hex'));
    expect(ann.room(room)).toMatchObject({ memberCount: 3, knocks: 0 });
    expect(await ann.troubles(room)).toEqual([]);
  });

  it('cannot let somebody in twice by a knock that it has seen, nor again after a removal', async () => {
    const { ann, bob, room } = scene;
    await annHasDecided();
    const [seen] = knocks;
    if (!seen) throw new Error('nobody knocked');
    const { id, invite, keyPackageRef, sealed } = seen;
    const replayed = { id, invite, keyPackageRef, sealed } as RelayMessageSent<'knock'>['knock'];
    tellAnn(replayed);
    tellAnn({ ...replayed, id: randomBytes(16) });
    const cleo = (await ann.ask('getMembers', { room })).members.find(({ name }) => name === 'Cleo');
    await ann.ask('removeMember', { room, member: cleo?.key ?? '' });
    for (const each of [ann, bob]) await each.until(() => each.room(room)?.memberCount === 2);
    tellAnn(replayed);
    knocks.length = 0;
    const dan = await scene.newcomer('Dan');
    await scene.joins(dan, ann);
    await bob.until(() => bob.room(room)?.memberCount === 3);
    expect(admitted).toHaveLength(2);
    const names = (await bob.ask('getMembers', { room })).members.map(({ name }) => name);
    expect(names.toSorted()).toEqual(['Ann', 'Bob', 'Dan']);
  });

  it('cannot pass for somebody by taking the same name: both are shown with their fingerprints', async () => {
    const { bob, ann, room } = scene;
    const other = await scene.newcomer('Ann');
    await scene.joins(other, bob);
    await ann.until(() => ann.room(room)?.memberCount === 3);
    await other.person.says(room, 'I am Ann');
    await bob.hears(room, ['I am Ann']);
    const names = (await bob.ask('getMembers', { room })).members.map(({ name }) => name);
    expect(new Set(names).size).toBe(3);
    expect(names.filter((name) => /^Ann [0-9a-f]{4}$/.test(name))).toHaveLength(2);
    expect((await bob.messages(room)).at(-1)?.name).toMatch(/^Ann [0-9a-f]{4}$/);
    expect(await bob.notices(room)).toContain('joined');
  });

  it.each<[string, (id: Uint8Array, sealed: Uint8Array) => Uint8Array]>([
    ['noise', (_, sealed) => randomBytes(sealed.length)],
    [
      'a welcome sealed under another secret',
      (id) => sealWelcome(inviteKeysOf(randomBytes(32), roomBytes()), id, randomBytes(3_000)),
    ],
    ['a changed welcome', (_, sealed) => Buffer.from(sealed).fill(1, 40, 41)],
  ])(
    'cannot lead a joiner elsewhere by %s: it says so, knocks again, and comes in by the true one',
    async (_, made) => {
      const { ann, room } = scene;
      const cleo = await scene.newcomer('Cleo');
      cleo.relay.tamper({
        event(event, data) {
          if (event !== 'welcome') return [data];
          const welcome = data as RelayMessageSent<'welcome'>;
          return [{ ...welcome, sealed: made(welcome.id, welcome.sealed) }];
        },
        answer: (event, answer) => (event === 'knock' ? { ok: true, value: { state: 'waiting' } } : answer),
      });
      await cleo.person.ask('joinRoom', { link: await scene.inviteFor(cleo.relay, ann) });
      await cleo.person.until(() => cleo.person.room(room)?.reason !== undefined);
      expect(cleo.person.room(room)?.reason).toMatch(/welcome that does not open/);
      expect(cleo.person.room(room)).toMatchObject({ memberCount: 0, me: null });
      cleo.relay.tamper({});
      cleo.relay.cut();
      await cleo.person.until(() => cleo.person.room(room)?.state === 'joined');
      await cleo.person.says(room, 'here at last');
      await ann.hears(room, ['here at last']);
    },
  );
});
