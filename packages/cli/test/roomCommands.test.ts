import { type Member, ok, type RoomDetails, refuse } from '@otr/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { otrCommands } from '../src/index.ts';
import { type FakeProxy, openFakeProxy, room } from './fakeProxy.ts';
import { ann, ben, details, member, summary } from './rows.ts';

let proxy: FakeProxy;
beforeEach(async () => {
  proxy = await openFakeProxy(otrCommands);
});
afterEach(() => proxy.close());

const requests = (event: string) => proxy.asked.filter(([name]) => name === event).map(([, data]) => data);
/** The objects of a command's output: every line is one. */
const json = async (...words: string[]) => {
  const { status, stdout, stderr } = await proxy.otr([...words, '--json']);
  expect(status, stderr).toBe(0);
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);
};
const iso = '2026-01-15T12:00:00.000Z';
const at = Date.parse(iso);

const knock = { id: `${'K'.repeat(21)}A`, name: 'Cleo', at, approval: true };
const invite = { invite: `i${'I'.repeat(41)}A`, link: 'otr:relay/room#secret', by: 'Ben', at };
const everything: RoomDetails = details({
  invites: [
    { ...invite, uses: 3, expiresAt: at, approval: true },
    {
      ...invite,
      invite: `j${'I'.repeat(41)}A`,
      link: 'otr:relay/room#another',
      uses: null,
      expiresAt: null,
      approval: false,
    },
  ],
  knocks: [knock, { id: `L${'K'.repeat(20)}A`, name: 'Ben', at, approval: false, returning: 'Ben' }],
});
const members = [
  member({ key: ann, name: 'Ann', self: true, online: true, admin: true, read: null, trust: 'self' }),
  member(),
];

beforeEach(() => {
  proxy.answer('getDetails', () => ok(everything));
  proxy.answer('getMembers', () => ok({ members }));
});

describe('invites', () => {
  it('are one that stays the same, or one with a policy', async () => {
    proxy.answer('invite', () => ok({ link: 'otr:a/b#c' }));
    proxy.answer('createInvite', () => ok({ link: 'otr:a/b#d' }));
    expect((await proxy.otr(['room', 'invite', 'den'])).stdout).toBe('otr:a/b#c\n');
    expect(await json('room', 'invite', 'den', '--uses', '1', '--expires', '7d')).toEqual([
      { link: 'otr:a/b#d' },
    ]);
    await json('room', 'invite', 'den', '--approval');
    expect(requests('createInvite')).toEqual([
      { room, uses: 1, expiresIn: 7 * 86_400_000, approval: false },
      { room, uses: null, expiresIn: null, approval: true },
    ]);
    expect(await proxy.otr(['room', 'invite', 'den', '--uses', '0'])).toMatchObject({
      ...{ status: 2, stderr: 'otr: --uses must be a whole number from 1 to 10000, not "0"\n' },
    });
  });

  it('are listed, and revoked by id, its beginning or the link', async () => {
    expect(await json('room', 'invites', 'den')).toEqual([
      { ...invite, uses: 3, expiresAt: iso, approval: true, at: iso },
      { ...everything.invites[1], at: iso },
    ]);
    const { stdout } = await proxy.otr(['room', 'invites', 'den']);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(
        /^i.{42} {2}3 more, until 2026-01-15 \d\d:\d\d, with approval {2}by Ben on .* {2}otr:/,
      ),
      expect.stringContaining('any number, no end  by Ben'),
      '',
    ]);
    proxy.answer('revokeInvite', () => ok({}));
    for (const which of [invite.invite, 'j', 'otr:relay/room#secret']) {
      await json('room', 'revoke', 'den', which);
    }
    const [first, second] = everything.invites.map((one) => one.invite);
    expect(requests('revokeInvite')).toEqual([first, second, first].map((one) => ({ room, invite: one })));
    expect((await proxy.otr(['room', 'revoke', 'den', 'x'])).stderr).toBe(
      'otr: there is no invite "x"; otr room invites shows them\n',
    );
  });
});

describe('one-time invites', () => {
  const vouched = 'otr:relay.example/room#secret.fingerprint';

  it('say that they verify', async () => {
    proxy.answer('createInvite', () => ok({ link: vouched }));
    const made = await proxy.otr(['room', 'invite', 'den', '--uses', '1']);
    expect(made).toMatchObject({ status: 0, stdout: `${vouched}\n` });
    expect(made.stderr).toMatch(/^Whoever comes by it has verified you.* otr room invited .*\n$/);
    proxy.answer('createInvite', () => ok({ link: 'otr:relay.example/room#secret' }));
    expect((await proxy.otr(['room', 'invite', 'den', '--uses', '2'])).stderr).toBe('');
  });

  it('are shown by their maker only', async () => {
    const one = { ...invite, uses: 1, expiresAt: null, approval: false };
    proxy.answer('getDetails', () =>
      ok(
        details({
          invites: [
            { ...one, link: vouched },
            { ...one, link: null },
          ],
        }),
      ),
    );
    const lines = (await proxy.otr(['room', 'invites', 'den'])).stdout.split('\n');
    expect(lines[0]).toMatch(/1 more, no end, verifies who comes by it {2}by Ben on .* {2}otr:relay.*print$/);
    expect(lines[1]).toMatch(/verifies who comes by it {2}by .* {2}\(only its maker can show the link\)$/);
    expect(await json('room', 'invites', 'den')).toMatchObject([{ link: vouched }, { link: null }]);
  });
});

describe('who knocks', () => {
  it('is listed', async () => {
    expect(await json('room', 'knocks', 'den')).toEqual([
      { ...knock, at: iso },
      { ...everything.knocks[1], at: iso },
    ]);
    const { stdout } = await proxy.otr(['room', 'knocks', 'den']);
    expect(stdout).toContain('Cleo  (waits for somebody to decide)\n');
    expect(stdout).toContain('Ben  (says to be Ben, who lost its keys)\n');
  });

  it('is let in or refused', async () => {
    proxy.answer('admitKnock', () => ok({}));
    proxy.answer('refuseKnock', () => refuse('notAllowed', 'Only admins may invite.'));
    expect(await json('room', 'admit', 'den', 'Cleo')).toEqual([{ room, knock: knock.id }]);
    expect(requests('admitKnock')).toEqual([{ room, knock: knock.id }]);
    expect(await proxy.otr(['room', 'refuse', 'den', 'L'])).toEqual({
      ...{ status: 1, stdout: '', stderr: 'otr: Only admins may invite.\n' },
    });
  });
});

describe('members', () => {
  it('are listed', async () => {
    expect(await json('room', 'members', 'den')).toEqual(members);
    expect((await proxy.otr(['room', 'members', 'den'])).stdout).toBe(
      `${ann}  online   Ann  (you, admin)\n${ben}  offline  Ben  (not verified)\n`,
    );
  });

  it('are listed with what is known of who they are, and with what they ask', async () => {
    const known: Partial<Member>[] = [
      { trust: 'verified', verified: { by: 'words', at }, admin: true },
      { trust: 'waiting' },
      { trust: 'unproven' },
      { trust: 'refused' },
      { trust: 'changed' },
      { trust: 'unverified', asks: 'invited' },
      { trust: 'unverified', asks: 'words' },
    ];
    proxy.answer('getMembers', () => ok({ members: known.map(member) }));
    const { stdout } = await proxy.otr(['room', 'members', 'den']);
    expect(stdout.split('\n').map((line) => line.replace(/^.* Ben {2}/, ''))).toEqual([
      '(verified by three words on 2026-01-15, admin)',
      '(has not shown who they are yet)',
      '(speaks without having shown who they are)',
      '(failed to show who they are)',
      '(CHANGED: bears the name of somebody you verified, with other keys)',
      '(not verified, came by your one-time invite: otr room invited says whether you gave it to them)',
      '(not verified, reads out three words: otr words, with --enter)',
      '',
    ]);
    expect((await json('room', 'members', 'den')).slice(0, 1)).toEqual([
      member({ trust: 'verified', verified: { by: 'words', at: iso } as never, admin: true }),
    ]);
    expect(await json('room', 'members', 'den')).toContainEqual(member({ asks: 'words' }));
  });

  it('are removed and made admins by name, key or its beginning', async () => {
    proxy.answer('removeMember', () => ok({}));
    proxy.answer('setAdmin', () => ok({}));
    expect(await json('room', 'remove', 'den', 'Ben')).toEqual([{ room, member: ben }]);
    await json('room', 'admin', 'den', ben, 'yes');
    await json('room', 'admin', 'den', 'a', 'no');
    expect(requests('removeMember')).toEqual([{ room, member: ben }]);
    expect(requests('setAdmin')).toEqual([
      { room, member: ben, admin: true },
      { room, member: ann, admin: false },
    ]);
    expect(await proxy.otr(['room', 'admin', 'den', 'Ben', 'perhaps'])).toMatchObject({ status: 2 });
    expect(await proxy.otr(['room', 'remove', 'den', 'Dan'])).toMatchObject({ status: 1 });
    expect(requests('removeMember')).toHaveLength(1);
  });
});

describe('a room', () => {
  it('tells how it is encrypted and when its keys were renewed', async () => {
    const { invites: _invites, knocks: _knocks, memberCount, ...shown } = everything;
    expect(await json('room', 'details', 'den')).toEqual([
      { ...shown, members: memberCount, keysRenewedAt: iso, invites: 2, knocks: 2 },
    ]);
    expect((await proxy.otr(['room', 'details', 'den'])).stdout).toMatch(
      /^Keys {5}last renewed 2026-01-15 \d\d:\d\d$/m,
    );
    proxy.answer('getDetails', () =>
      ok(details({ keysRenewedAt: null, renewalPending: true, disappearAfter: 3_600_000 })),
    );
    const { stdout } = await proxy.otr(['room', 'details', 'den']);
    expect(stdout).toContain('last renewed never (a renewal is not confirmed yet)\n');
    expect(stdout).toContain('deleted after 1 hour\n');
  });

  it('has a timer', async () => {
    proxy.answer('setTimer', () => ok({}));
    for (const time of ['1h', 'off', '14d'])
      expect(await json('room', 'timer', 'den', time)).toEqual([{ room }]);
    expect(requests('setTimer')).toEqual(
      [3_600_000, 0, 14 * 86_400_000].map((disappearAfter) => ({ room, disappearAfter })),
    );
    for (const time of ['soon', '400d', '']) {
      expect(await proxy.otr(['room', 'timer', 'den', time])).toMatchObject({ status: 2 });
    }
  });

  it('has rules, of which one is changed at a time', async () => {
    proxy.answer('setRoles', () => ok({}));
    await json('room', 'rule', 'den', 'remove', 'admins');
    expect(requests('setRoles')).toEqual([
      { room, roles: { invite: 'everyone', remove: 'admins', change: 'everyone' } },
    ]);
    expect(await proxy.otr(['room', 'rule', 'den', 'read', 'admins'])).toMatchObject({ status: 2 });
    expect(await proxy.otr(['room', 'rule', 'den', 'remove', 'nobody'])).toMatchObject({ status: 2 });
  });

  it('is returned to, or kept until somebody is there', async () => {
    proxy.answer('returnToRoom', () => ok({}));
    expect(await json('room', 'rejoin', 'den')).toEqual([{ room }]);
    const status = (state: 'joining' | 'removed') => {
      const profile = { name: 'Ann', ephemeral: false, tellRead: false, tellTyping: false };
      const relay = { url: 'http://127.0.0.1:1', state: 'online', queued: 0 } as const;
      const rooms = [summary({ state, ...(state === 'removed' && { reason: 'Ben removed you.' }) })];
      return ok({ version: '0', profile, relay, rooms });
    };
    proxy.answer('getStatus', () => status('joining'));
    expect(await proxy.otr(['room', 'rejoin', 'den', '--timeout', '1ms'])).toEqual({
      status: 0,
      stdout: `${room}\n`,
      stderr:
        'No member of the room is there yet to let you in: the room is kept, and this goes on by itself.\n',
    });
    proxy.answer('getStatus', () => status('removed'));
    expect(await proxy.otr(['room', 'rejoin', 'den'])).toMatchObject({
      ...{ status: 1, stderr: 'otr: Ben removed you.\n' },
    });
  });

  it('is made, also off the record', async () => {
    proxy.answer('createRoom', () => ok({ room }));
    expect(await json('room', 'create', 'den')).toEqual([{ room }]);
    await json('room', 'create', 'den', '--off-the-record');
    expect(requests('createRoom')).toEqual([
      { name: 'den', large: false, offTheRecord: false },
      { name: 'den', large: false, offTheRecord: true },
    ]);
    expect(await proxy.otr(['room', 'create', 'den', '--off-the-record', '--large'])).toMatchObject({
      status: 2,
    });
    expect(requests('createRoom')).toHaveLength(2);
  });

  it('is left, with the key of one’s signatures where asked', async () => {
    proxy.answer('leaveRoom', () => ok({}));
    await json('room', 'leave', 'den');
    await json('room', 'leave', 'den', '--publish-key');
    expect(requests('leaveRoom')).toEqual([{ room }, { room, publishKey: true }]);
  });

  it('says in the list that it is off the record, and why nothing is sent', async () => {
    const trust = { verified: 1, unverified: 0, unknown: 0, changed: 1 };
    const rooms = [summary({ offTheRecord: true, trust })];
    const profile = { name: 'Ann', ephemeral: false, tellRead: false, tellTyping: false };
    const relay = { url: 'http://127.0.0.1:1', state: 'online', queued: 0 } as const;
    proxy.answer('getStatus', () => ok({ version: '0', profile, relay, rooms }));
    proxy.answer('getMembers', () => ok({ members: [member(), member({ name: 'Bob', trust: 'changed' })] }));
    expect((await proxy.otr(['room', 'list'])).stdout).toBe(
      `${room}  2 members  0 unread  den  (off the record; sending waits for a decision about Bob: otr verify …, or otr accept …)\n`,
    );
    expect(await json('room', 'list')).toMatchObject([{ offTheRecord: true, trust }]);
  });

  it('says in the list what deserves attention', async () => {
    const profile = { name: 'Ann', ephemeral: false, tellRead: false, tellTyping: false };
    const relay = { url: 'http://127.0.0.1:1', state: 'online', queued: 0 } as const;
    const rooms = [summary({ knocks: 2, alarm: true, state: 'lost' })];
    proxy.answer('getStatus', () => ok({ version: '0', profile, relay, rooms }));
    expect((await proxy.otr(['room', 'list'])).stdout).toBe(
      `${room}  2 members  0 unread  den  (lost; 2 waiting to be let in; ALARM: read it)\n`,
    );
  });
});
