import { externalSendersExtension, type Proposal } from '@otr/mls';
import type { RoomSettings } from '@otr/protocol';
import { expect, test } from 'vitest';
import { settingsExtension } from '../../../src/core/group/extensions.ts';
import { openForRoom } from '../../../src/core/group/messages.ts';
import { impostor, newcomer, nobody, Party, secretText, withNewSecrets } from './parties.ts';

const forAdmins = { invite: 'admins', remove: 'admins', change: 'admins' } as const;

/** Ana is the admin; Ben and Cleo are not. */
function party(change: Partial<RoomSettings> = {}): Party {
  const made = new Party('Ana', change);
  made.letIn('Ben', 'Cleo');
  return made;
}

/** What Cleo makes of Ben's commit, though his own proxy keeps no rule. */
function seenByCleo(made: Party, proposals: readonly Proposal[], leaving = nobody, by = 'Ben') {
  const opened = openForRoom(made.group('Cleo'), made.forged(by, proposals), leaving);
  return opened.kind === 'refused' ? opened.code : opened.kind;
}

const refused = 'proposalsRefused';
type Case = [title: string, verdict: string, roles: Partial<RoomSettings>, (made: Party) => Proposal[]];

const settingsOf = (made: Party, change: Partial<RoomSettings>) =>
  made.change({ ...made.settings('Ben'), ...change });
const inviteOf = (made: Party) => {
  const [invite] = made.settings('Ben').invites;
  if (!invite) throw new Error('no invite');
  return invite;
};

const cases: Case[] = [
  ['a commit of nothing but fresh keys', 'commit', { roles: forAdmins }, () => []],
  [
    'an addition by who may invite',
    'commit',
    {},
    () => [{ type: 'add', keyPackage: newcomer('Dan').keyPackage }],
  ],
  [
    'an addition by who may not',
    refused,
    { roles: forAdmins },
    () => [{ type: 'add', keyPackage: newcomer('Dan').keyPackage }],
  ],
  [
    'a removal by who may',
    'commit',
    {},
    (made) => [
      made.change(withoutAna(withNewSecrets(made.settings('Ben')), made)),
      made.removal('Ben', 'Ana'),
    ],
  ],
  [
    'a removal by who may not',
    refused,
    { roles: forAdmins },
    (made) => [
      made.change(withoutAna(withNewSecrets(made.settings('Ben')), made)),
      made.removal('Ben', 'Ana'),
    ],
  ],
  ['a removal that leaves the secrets as they were', refused, {}, (made) => [made.removal('Ben', 'Ana')]],
  [
    'a removal with a new way back and an old invite',
    refused,
    {},
    (made) => [
      made.change(withoutAna({ ...made.settings('Ben'), returnSecret: secretText() }, made)),
      made.removal('Ben', 'Ana'),
    ],
  ],
  [
    'a removal that keeps the rank of the one removed',
    refused,
    {},
    (made) => [made.change(withNewSecrets(made.settings('Ben'))), made.removal('Ben', 'Ana')],
  ],
  ['a new name by who may change', 'commit', {}, (made) => [settingsOf(made, { name: 'Mine' })]],
  [
    'a new name by who may not',
    refused,
    { roles: forAdmins },
    (made) => [settingsOf(made, { name: 'Mine' })],
  ],
  ['a timer by who may change', 'commit', {}, (made) => [settingsOf(made, { disappearAfter: 1_000 })]],
  [
    'a timer by who may not',
    refused,
    { roles: forAdmins },
    (made) => [settingsOf(made, { disappearAfter: 1_000 })],
  ],
  ['other roles by who is no admin', refused, {}, (made) => [settingsOf(made, { roles: forAdmins })]],
  ['the rank for itself', refused, {}, (made) => [settingsOf(made, { admins: [made.idOf('Ben')] })]],
  [
    'the rank for itself where all admins have gone',
    'commit',
    { admins: [] },
    (made) => [settingsOf(made, { admins: [made.idOf('Ben')] })],
  ],
  [
    'the rank for somebody who is not here',
    refused,
    { admins: [] },
    (made) => [settingsOf(made, { admins: [secretText()] })],
  ],
  [
    'another way back without a removal',
    refused,
    {},
    (made) => [settingsOf(made, { returnSecret: secretText() })],
  ],
  [
    'a new invite by who may invite',
    'commit',
    {},
    (made) => [settingsOf(made, { invites: [{ ...inviteOf(made), secret: secretText() }] })],
  ],
  [
    'a new invite by who may not',
    refused,
    { roles: forAdmins },
    (made) => [settingsOf(made, { invites: [inviteOf(made), { ...inviteOf(made), secret: secretText() }] })],
  ],
  [
    'fewer uses of an invite by who may not invite',
    'commit',
    { roles: forAdmins },
    (made) => [settingsOf(made, { invites: [{ ...inviteOf(made), uses: 2 }] })],
  ],
  [
    'more uses of an invite by who may not invite',
    refused,
    { roles: forAdmins },
    (made) => [settingsOf(made, { invites: [{ ...inviteOf(made), uses: 4 }] })],
  ],
  [
    'an invite without a limit by who may not invite',
    refused,
    { roles: forAdmins },
    (made) => [settingsOf(made, { invites: [{ ...inviteOf(made), uses: null }] })],
  ],
  [
    'an invite that needs no approval any more, by who may not invite',
    refused,
    { roles: forAdmins },
    (made) => [settingsOf(made, { invites: [{ ...inviteOf(made), approval: true }] })],
  ],
  [
    'settings that are none',
    refused,
    {},
    () => [{ type: 'groupContextExtensions', extensions: [{ type: 0xf0a2, data: Buffer.from('{}') }] }],
  ],
  ['no settings at all', refused, {}, () => [{ type: 'groupContextExtensions', extensions: [] }]],
  [
    'a sender from outside the group',
    refused,
    {},
    (made) => [
      {
        type: 'groupContextExtensions',
        extensions: [settingsExtension(made.settings('Ben')), externalSendersExtension([])],
      },
    ],
  ],
];

function withoutAna(settings: RoomSettings, made: Party): RoomSettings {
  return { ...settings, admins: settings.admins.filter((id) => id !== made.idOf('Ana')) };
}

test.each(cases)('[G4] %s: %s', (_title, verdict, roles, proposals) => {
  const made = party(roles);
  expect(seenByCleo(made, proposals(made))).toBe(verdict);
});

test('[G4] the admin may do what the others may not', () => {
  const made = party({ roles: forAdmins });
  const change = { ...made.settings('Ana'), name: 'Ours', admins: [made.idOf('Ana'), made.idOf('Ben')] };
  expect(seenByCleo(made, [made.change(change)], nobody, 'Ana')).toBe('commit');
  const ended = withNewSecrets(made.settings('Ana'));
  expect(seenByCleo(made, [made.change(ended), made.removal('Ana', 'Ben')], nobody, 'Ana')).toBe('commit');
});

test('[G4] anyone may remove who has said that it leaves, and nobody else', () => {
  const made = party({ roles: forAdmins });
  const proposals = [
    made.change(withoutAna(withNewSecrets(made.settings('Ben')), made)),
    made.removal('Ben', 'Ana'),
  ];
  expect(seenByCleo(made, proposals)).toBe(refused);
  expect(seenByCleo(made, proposals, new Set([made.idOf('Cleo')]))).toBe(refused);
  expect(seenByCleo(made, proposals, new Set([made.idOf('Ana')]))).toBe('commit');
});

test('[G1] no pseudonym comes twice: neither one that is here nor one in the same commit', () => {
  const made = party();
  const add = (id: string): Proposal => ({ type: 'add', keyPackage: impostor(id).keyPackage });
  const [one, other] = [secretText(), secretText()];
  expect(seenByCleo(made, [add(one), add(other)])).toBe('commit');
  expect(seenByCleo(made, [add(one), add(one)])).toBe(refused);
  expect(seenByCleo(made, [add(made.idOf('Ana'))])).toBe(refused);
});

test('[G1] a pseudonym is 32 bytes', () => {
  const made = party();
  const short = impostor(secretText().slice(0, 40)).keyPackage;
  expect(() => made.forged('Ben', [{ type: 'add', keyPackage: short }])).toThrow(/credential/i);
});
