import type { NoticeRow, RoomSettings } from '@otr/protocol';
import { expect, test } from 'vitest';
import type { Changes } from '../../src/core/group/changes.ts';
import type { Member } from '../../src/core/group/view.ts';
import { applyCommit, silentFor } from '../../src/machine/applyCommit.ts';
import { newLog, type RoomLog } from '../../src/machine/roomLog.ts';

const now = silentFor * 2;
const leaf = {} as Member['leaf'];
const member = (id: string, name: string, formerly?: string): Member => ({
  ...{ id, leafIndex: 0, name, admin: false, leaf },
  // Who bears the same name here is the same person.
  ...{ identityKey: Buffer.from(name.padEnd(32)), ephemeralKey: Buffer.from(id.padEnd(32)) },
  ...(formerly !== undefined && { formerly }),
});
const names = new Map([
  ['ana', 'Ana'],
  ['ben', 'Ben'],
  ['cleo', 'Cleo'],
  ['dan', 'Dan'],
  ['ben2', 'Ben'],
]);
const none: Changes = { by: 'ana', added: [], removed: [], renamed: [], settings: null };
const before: RoomSettings = {
  version: 1,
  name: 'Garden',
  disappearAfter: 0,
  roles: { invite: 'everyone', remove: 'everyone', change: 'everyone' },
  admins: ['ana'],
  invites: [{ secret: 's', uses: 2, expiresAt: null, approval: false, by: 'ana', at: 1, vouched: false }],
  offTheRecord: false,
  returnSecret: 'r',
};

function told(changes: Partial<Changes>, log: RoomLog = newLog(4, null)) {
  const rules = { room: 'room', seq: 5, now, me: 'cleo', before: names, after: names };
  const step = applyCommit(log, { ...none, ...changes }, rules);
  const rows = step.effects.flatMap((effect) => (effect.kind === 'writeRow' ? [effect.row] : []));
  const notices = rows.flatMap((row) => (row.kind === 'notice' ? [row] : []));
  return {
    log: step.log,
    rows,
    events: notices.map(({ event, data }): [string, NoticeRow['data']] => [event, data]),
  };
}

const settings = (change: Partial<RoomSettings>) => ({
  settings: { before, after: { ...before, ...change } },
});
const by = { by: 'Ana', key: 'ana' };

test.each<[string, Partial<Changes>, [string, NoticeRow['data']][]]>([
  ['fresh keys are told nobody', {}, []],
  ['an addition', { added: [member('dan', 'Dan')] }, [['joined', { name: 'Dan', by: 'Ana', key: 'dan' }]]],
  ['a removal', { removed: [member('ben', 'Ben')] }, [['removed', { name: 'Ben', by: 'Ana', key: 'ben' }]]],
  [
    'a return is one thing, not two',
    { removed: [member('ben', 'Ben')], added: [member('ben2', 'Ben', 'ben')] },
    [['returned', { name: 'Ben', by: 'Ana', key: 'ben2' }]],
  ],
  [
    'who says that it was somebody who stays has only joined',
    { added: [member('ben2', 'Ben', 'cleo')] },
    [['joined', { name: 'Ben', by: 'Ana', key: 'ben2' }]],
  ],
  [
    'a new name',
    { renamed: [{ before: member('ben', 'B'), after: member('ben', 'Ben') }] },
    [['renamed', { from: 'Ben', to: 'Ben', key: 'ben' }]],
  ],
  ['a room’s new name', settings({ name: 'Orchard' }), [['roomRenamed', { ...by, to: 'Orchard' }]]],
  ['a timer', settings({ disappearAfter: 7 }), [['timerChanged', { ...by, milliseconds: 7 }]]],
  [
    'roles',
    settings({ roles: { ...before.roles, invite: 'admins' } }),
    [['rolesChanged', { ...by, ...before.roles, invite: 'admins' }]],
  ],
  ['admins', settings({ admins: ['ana', 'ben'] }), [['adminsChanged', by]]],
  [
    'an invite',
    settings({ invites: [...before.invites, ...before.invites.map((one) => ({ ...one, secret: 't' }))] }),
    [['inviteMade', by]],
  ],
  ['an invite withdrawn', settings({ invites: [] }), [['inviteRevoked', by]]],
  [
    'one use less is told nobody',
    settings({ invites: before.invites.map((one) => ({ ...one, uses: 1 })) }),
    [],
  ],
  [
    'what ends with an admin’s removal is not told one by one',
    {
      removed: [member('ana', 'Ana')],
      by: 'ben',
      ...settings({ admins: [], invites: [], returnSecret: 'q' }),
    },
    [['removed', { name: 'Ana', by: 'Ben', key: 'ana' }]],
  ],
])('[M9] %s', (_title, changes, events) => {
  expect(told(changes).events).toEqual(events);
});

test('[R3] [R4] a removal says why: left, silent for too long, or removed', () => {
  const heard = new Map([
    ['ben', { counter: 3, at: now - silentFor }],
    ['dan', { counter: 3, at: now - silentFor + 1 }],
  ]);
  const log = { ...newLog(4, null), heard, leaving: new Set(['ana']) };
  const removed = [member('ana', 'Ana'), member('ben', 'Ben'), member('dan', 'Dan')];
  const after = told({ removed, by: 'cleo' }, log);
  expect(after.events.map(([event]) => event)).toEqual(['left', 'evicted', 'removed']);
  expect([after.log.heard.size, after.log.leaving.size]).toEqual([0, 0]);
});

test('[M5] who comes in while we are here starts at its first counter; who commits was heard of', () => {
  const heard = new Map([['ana', { counter: 3, at: 1 }]]);
  const { log } = told({ added: [member('dan', 'Dan')] }, { ...newLog(4, null), heard });
  expect(log.heard.get('dan')).toEqual({ counter: 0, at: now });
  expect(log.heard.get('ana')).toEqual({ counter: 3, at: now });
});

test('all that one commit did stands at its place, in order, each under an id of its own', () => {
  const { rows } = told({
    added: [member('dan', 'Dan'), member('ben2', 'Ben')],
    ...settings({ name: 'Orchard' }),
  });
  expect(new Set(rows.map(({ id }) => id)).size).toBe(3);
  const orders = rows.map(({ order }) => order);
  expect(orders).toEqual([...orders].sort((left, right) => left - right));
  expect(rows.every(({ seq, order }) => seq === 5 && Math.floor(order / 1024) === 5)).toBe(true);
});
