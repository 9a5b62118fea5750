import { limits, type RoomSettings } from '@otr/protocol';
import { expect, test } from 'vitest';
import {
  changeSettings,
  type SettingsChange,
  useInvite,
  withoutExpired,
  withoutMembers,
} from '../../src/machine/settings.ts';

const invite = (secret: string, uses: number | null = null, expiresAt: number | null = null) => ({
  ...{ secret, uses, expiresAt, approval: false, by: 'ana', at: 1, vouched: false },
});
const settings: RoomSettings = {
  version: 1,
  name: 'Garden',
  disappearAfter: 0,
  roles: { invite: 'everyone', remove: 'everyone', change: 'everyone' },
  admins: ['ana'],
  invites: [invite('one', 2), invite('two')],
  returnSecret: 'old',
  offTheRecord: false,
};

const table: [SettingsChange, Partial<RoomSettings>][] = [
  [{ kind: 'name', name: 'Orchard' }, { name: 'Orchard' }],
  [{ kind: 'timer', disappearAfter: 7 }, { disappearAfter: 7 }],
  [
    { kind: 'roles', roles: { invite: 'admins', remove: 'everyone', change: 'admins' } },
    { roles: { invite: 'admins', remove: 'everyone', change: 'admins' } },
  ],
  [{ kind: 'admin', member: 'ben', admin: true }, { admins: ['ana', 'ben'] }],
  [{ kind: 'admin', member: 'ana', admin: true }, {}],
  [{ kind: 'admin', member: 'ana', admin: false }, { admins: [] }],
  [{ kind: 'addInvite', invite: invite('three') }, { invites: [...settings.invites, invite('three')] }],
  [{ kind: 'addInvite', invite: invite('two') }, {}],
  [{ kind: 'revokeInvite', secret: 'one' }, { invites: [invite('two')] }],
  [{ kind: 'revokeInvite', secret: 'none' }, {}],
];

test.each(table)('%j', (change, after) => {
  expect(changeSettings(settings, change)).toEqual({ ...settings, ...after });
});

test('what has no room changes nothing', () => {
  const invites = Array.from({ length: limits.invitesOfRoom }, (_, n) => invite(`${n}`));
  const admins = Array.from({ length: limits.admins }, (_, n) => `${n}`);
  const full = { ...settings, invites, admins };
  expect(changeSettings(full, { kind: 'addInvite', invite: invite('more') })).toBe(full);
  expect(changeSettings(full, { kind: 'admin', member: 'more', admin: true })).toBe(full);
});

test('[I1] each use is counted, and the last ends the invite; one without a limit stays', () => {
  const once = useInvite(settings, 'one');
  expect(once.invites).toEqual([invite('one', 1), invite('two')]);
  expect(useInvite(once, 'one').invites).toEqual([invite('two')]);
  expect(useInvite(settings, 'two').invites).toEqual(settings.invites);
});

test('[G4] a removal ends all invites, the way back and the rank of who is removed', () => {
  const after = withoutMembers({ ...settings, admins: ['ana', 'ben'] }, new Set(['ana']), 'new');
  expect(after).toEqual({ ...settings, admins: ['ben'], invites: [], returnSecret: 'new' });
});

test('[I1] an invite ends at its time', () => {
  const timed = { ...settings, invites: [invite('one', null, 100), invite('two')] };
  expect(withoutExpired(timed, 99)).toBe(timed);
  expect(withoutExpired(timed, 100).invites).toEqual([invite('two')]);
});
