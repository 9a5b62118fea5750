import type { RoomSettings } from '@otr/protocol';
import { expect, test } from 'vitest';
import { createRoom } from '../../src/core/group/create.ts';
import { viewOf } from '../../src/core/group/view.ts';
import { type Admission, planNext, vainWishes, type Wants, type Wish } from '../../src/machine/commitPlan.ts';
import { leafNamed } from '../core/group/leaves.ts';
import { newcomer, Party, secretText } from '../core/group/parties.ts';

const forAdmins = { invite: 'admins', remove: 'admins', change: 'admins' } as const;
const freshSecret = secretText();

/** Ana is the admin; Ben and Cleo are not. */
function party(change: Partial<RoomSettings> = {}): Party {
  const made = new Party('Ana', change);
  made.letIn('Ben', 'Cleo');
  return made;
}

function wants(made: Party, who: string, change: Partial<Wants> = {}): Wants {
  return {
    view: made.view(who),
    wishes: [],
    admissions: [],
    departed: [],
    leaving: new Set(),
    renew: false,
    rename: null,
    freshSecret,
    now: 1_000,
    ...change,
  };
}

let count = 0;
const wish = (what: Wish['what']): Wish => ({ id: `wish ${++count}`, what });
const { keyPackage } = newcomer('Dan');
const knock = (invite: string | null, formerly: string | null = null): Admission => ({
  knock: `knock ${++count}`,
  invite,
  keyPackage,
  formerly,
});
const inviteOf = (made: Party) => made.settings('Ana').invites[0]?.secret ?? '';

test('[C1] nothing is planned where nothing is wanted', () => {
  expect(planNext(wants(party(), 'Ana'))).toBeNull();
});

test('[C1] one commit does all that is wanted', () => {
  const made = party();
  const wishes = [
    wish({ kind: 'name', name: 'Orchard' }),
    wish({ kind: 'timer', disappearAfter: 5_000 }),
    wish({ kind: 'remove', member: made.idOf('Cleo') }),
  ];
  const planned = planNext(wants(made, 'Ana', { wishes, admissions: [knock(inviteOf(made))], renew: true }));
  expect(planned?.plan).toMatchObject({
    add: [keyPackage],
    remove: [made.idOf('Cleo')],
    settings: { name: 'Orchard', disappearAfter: 5_000, invites: [], returnSecret: freshSecret },
    renew: true,
  });
  expect(planned?.wishes).toEqual(wishes.map(({ id }) => id));
  expect(planned?.admitted).toHaveLength(1);
});

test('[I1] an invite lets in as many as it has uses, and is gone with the last', () => {
  const made = party();
  const invite = inviteOf(made);
  const admissions = Array.from({ length: 5 }, () => knock(invite));
  const planned = planNext(wants(made, 'Ben', { admissions }));
  expect(planned?.admitted).toEqual(admissions.slice(0, 3));
  expect(planned?.plan.settings?.invites).toEqual([]);
  const two = planNext(wants(made, 'Ben', { admissions: admissions.slice(0, 2) }));
  expect(two?.plan.settings?.invites).toMatchObject([{ secret: invite, uses: 1 }]);
  expect(planNext(wants(made, 'Ben', { admissions: [knock(secretText()), knock(null)] }))).toBeNull();
});

test('[I1] who may not invite lets nobody in', () => {
  const made = party({ roles: forAdmins });
  const admissions = [knock(inviteOf(made))];
  expect(planNext(wants(made, 'Ben', { admissions }))).toBeNull();
  expect(planNext(wants(made, 'Ana', { admissions }))?.admitted).toEqual(admissions);
});

test('[R1] who comes back takes the place of its former leaf', () => {
  const made = party({ roles: { invite: 'everyone', remove: 'admins', change: 'everyone' } });
  const admissions = [knock(null, made.idOf('Cleo'))];
  const planned = planNext(wants(made, 'Ana', { admissions }));
  expect(planned?.plan).toMatchObject({ add: [keyPackage], remove: [made.idOf('Cleo')] });
  // Ben may not remove, so nobody comes back by him, unless the former leaf has gone.
  expect(planNext(wants(made, 'Ben', { admissions }))).toBeNull();
  const gone = [knock(null, secretText())];
  expect(planNext(wants(made, 'Ben', { admissions: gone }))?.admitted).toEqual(gone);
});

test('[R3] anyone removes those who leave; the silent only who may remove; nobody removes itself', () => {
  const made = party({ roles: forAdmins });
  const departed = [made.idOf('Ana'), made.idOf('Ben'), made.idOf('Cleo')];
  const leaving = new Set([made.idOf('Cleo')]);
  const byBen = planNext(wants(made, 'Ben', { departed, leaving }));
  expect(byBen?.plan.remove).toEqual([made.idOf('Cleo')]);
  expect(byBen?.plan.settings?.admins).toEqual([made.idOf('Ana')]);
  const byAna = planNext(wants(made, 'Ana', { departed, leaving }));
  expect(byAna?.plan.remove).toEqual([made.idOf('Ben'), made.idOf('Cleo')]);
});

test('[G4] who is removed is no admin any more, even where another wish makes it one', () => {
  const made = party();
  const ben = made.idOf('Ben');
  const wishes = [wish({ kind: 'remove', member: ben }), wish({ kind: 'admin', member: ben, admin: true })];
  expect(planNext(wants(made, 'Ana', { wishes }))?.plan.settings?.admins).toEqual([made.idOf('Ana')]);
});

test('[C1] an invite that is over goes with the next commit, and makes none by itself', () => {
  const secret = secretText();
  const expired = {
    secret,
    uses: null,
    expiresAt: 900,
    approval: false,
    by: secretText(),
    at: 1,
    vouched: false,
  };
  const made = party({ invites: [expired] });
  expect(planNext(wants(made, 'Ana'))).toBeNull();
  expect(planNext(wants(made, 'Ana', { renew: true }))?.plan.settings?.invites).toEqual([]);
  expect(planNext(wants(made, 'Ana', { renew: true, now: 900 }))?.plan.settings?.invites).toEqual([]);
  expect(planNext(wants(made, 'Ana', { renew: true, now: 899 }))?.plan.settings).toBeNull();
});

test('[C4] a wish that is done, or not allowed any more, is waited for no longer', () => {
  const made = party({ roles: forAdmins });
  const same = wish({ kind: 'name', name: 'Garden' });
  const other = wish({ kind: 'name', name: 'Orchard' });
  const gone = wish({ kind: 'remove', member: secretText() });
  const rank = wish({ kind: 'admin', member: secretText(), admin: true });
  const here = wish({ kind: 'admin', member: made.idOf('Ben'), admin: true });
  const wishes = [same, other, gone, rank, here];
  expect(vainWishes(wants(made, 'Ana', { wishes }))).toEqual([same.id, gone.id, rank.id]);
  expect(vainWishes(wants(made, 'Ben', { wishes }))).toEqual(wishes.map(({ id }) => id));
});

test('[G4] a room with its creator alone plans by the same rules', () => {
  const { group } = createRoom({
    room: new Uint8Array(16),
    suiteId: 1,
    profile: leafNamed('Ana'),
    settings: (creator) => ({
      ...party().settings('Ana'),
      admins: [creator],
    }),
    now: Date.now(),
  });
  const wishes = [wish({ kind: 'roles', roles: forAdmins })];
  const planned = planNext({ ...wants(party(), 'Ana'), view: viewOf(group), wishes });
  expect(planned?.plan.settings?.roles).toEqual(forAdmins);
});
