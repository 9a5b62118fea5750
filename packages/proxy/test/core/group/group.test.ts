import { randomBytes, verify } from 'node:crypto';
import { MlsError } from '@otr/mls';
import { enterRoomMessage } from '@otr/protocol';
import { describe, expect, it } from 'vitest';
import { acceptOwnCommit, dropOwnCommit } from '../../../src/core/group/commit.ts';
import { compactSuite, defaultSuite } from '../../../src/core/group/config.ts';
import {
  accessKeyOf,
  authenticatorOf,
  openVolatile,
  sealVolatile,
} from '../../../src/core/group/epochKeys.ts';
import {
  decodeKeyPackage,
  joinRoom,
  keyPackageFor,
  keyPackageRefOf,
  keyPackagesOf,
  makeJoinKeys,
  secretsOfJoin,
} from '../../../src/core/group/join.ts';
import { openForRoom, sealForRoom } from '../../../src/core/group/messages.ts';
import { hasRight, isAdmin } from '../../../src/core/group/view.ts';
import { publicKeyFrom } from '../../../src/core/keyPair.ts';
import { randomId } from '../../../src/core/text.ts';
import { leafNamed, planned } from './leaves.ts';
import { newcomer, nobody, nothing, Party, secretText, withNewSecrets } from './parties.ts';

const plaintext = Buffer.from('{"a":"message"}');
const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);

describe.each([
  ['X-Wing', defaultSuite],
  ['compact', compactSuite],
])('a room with the suite %s', (_name, suite) => {
  it('[G1] has its creator as the only member and admin', () => {
    const party = new Party('Ana', {}, suite);
    const { me, members, epoch } = party.view('Ana');
    const [ana] = members.values();
    expect(ana).toMatchObject({ id: me, leafIndex: 0, name: 'Ana', admin: true });
    expect(members.size).toBe(1);
    expect(epoch).toBe(0);
    expect(Buffer.from(me, 'base64url')).toHaveLength(32);
  });

  it('[G3] members who come together agree on everything, and hear each other', () => {
    const party = new Party('Ana', {}, suite);
    party.letIn('Ben', 'Cleo');
    const names = ['Ana', 'Ben', 'Cleo'] as const;
    expect(new Set(names.map((name) => authenticatorOf(party.group(name)))).size).toBe(1);
    expect(new Set(names.map((name) => JSON.stringify(party.settings(name)))).size).toBe(1);
    const sealed = sealForRoom(party.group('Ben'), plaintext);
    for (const name of ['Ana', 'Cleo']) {
      const opened = openForRoom(party.group(name), sealed.body, nobody);
      expect(opened).toMatchObject({ kind: 'message', from: party.idOf('Ben') });
      expect(opened.kind === 'message' && Buffer.from(opened.plaintext)).toEqual(plaintext);
    }
  });

  it('[G5] keys for the relay, and for what is not stored, are those of the epoch', () => {
    const party = new Party('Ana', {}, suite);
    party.letIn('Ben');
    const challenge = new Uint8Array(randomBytes(32));
    const [ana, ben] = [accessKeyOf(party.group('Ana')), accessKeyOf(party.group('Ben'))];
    expect(ana.publicKey).toEqual(ben.publicKey);
    const signed = enterRoomMessage(challenge, party.room);
    const key = publicKeyFrom('ed25519', ana.publicKey);
    expect(verify(null, signed, key, ben.sign(challenge, party.room))).toBe(true);
    expect(verify(null, signed, key, ben.sign(challenge, randomId()))).toBe(false);

    const typing = { kind: 'typing', version: 1, from: party.idOf('Ana') } as const;
    const sealed = sealVolatile(party.group('Ana'), typing);
    expect(openVolatile(party.group('Ben'), sealed)).toEqual(typing);
    for (let at = 0; at < sealed.length; at++) {
      const changed = Uint8Array.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(openVolatile(party.group('Ben'), changed)).toBeNull();
    }
    const former = party.group('Ben');
    party.commit('Ana', { renew: true });
    expect(accessKeyOf(party.group('Ben')).publicKey).not.toEqual(ana.publicKey);
    expect(openVolatile(party.group('Ben'), sealed)).toBeNull();
    expect(openVolatile(former, sealVolatile(party.group('Ana'), typing))).toBeNull();
  });
});

function three(): Party {
  const party = new Party('Ana');
  party.letIn('Ben', 'Cleo');
  return party;
}

describe('joining', () => {
  const keys = makeJoinKeys(leafNamed('Dan'), Date.now());

  it('[G1] has a key package for each suite, with fresh keys and pseudonyms', () => {
    expect(keys.map(({ keyPackage }) => keyPackage.suiteId)).toEqual([defaultSuite, compactSuite]);
    const encoded = keyPackagesOf(keys);
    expect(keyPackageFor(compactSuite, encoded)?.suiteId).toBe(compactSuite);
    expect(keyPackageFor(2, encoded)).toBeNull();
    expect(keyPackageFor(compactSuite, [randomBytes(80), new Uint8Array()])).toBeNull();
    expect(keyPackageRefOf(keys)).toHaveLength(32);
  });

  it('keys come back from their bytes as they went, and open a welcome', () => {
    const party = new Party('Ana');
    const packages = keyPackagesOf(keys).map(decodeKeyPackage);
    const restored = keys.flatMap(({ secrets }, n) => {
      const keyPackage = packages[n];
      return keyPackage ? [{ keyPackage, secrets }] : [];
    });
    const { welcome } = party.commit('Ana', { add: packages.slice(1) });
    const joined = welcome && joinRoom(party.room, restored, welcome);
    if (!joined) throw new Error('no welcome');
    party.set('Dan', joined.group);
    expect(party.view('Dan').members.get(party.idOf('Dan'))?.name).toBe('Dan');
  });

  it('[I3] a welcome for other keys, or to another room, is none, and no byte of it may change', () => {
    const party = new Party('Ana');
    const dan = newcomer('Dan');
    const { welcome } = party.commit('Ana', { add: [dan.keyPackage] });
    if (!welcome) throw new Error('no welcome');
    expect(joinRoom(party.room, [newcomer('Eve')], welcome)).toBeNull();
    expect(joinRoom(randomId(), [dan], welcome)).toBeNull();
    for (let at = 0; at < welcome.length; at += 7) {
      const changed = Uint8Array.from(welcome);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(joinRoom(party.room, [dan], changed)).toBeNull();
    }
    const joined = joinRoom(party.room, [dan], welcome);
    for (const secret of joined?.erase ?? []) secret.fill(0);
    expect(secretsOfJoin([dan]).every(isZero)).toBe(true);
  });
});

describe('a commit', () => {
  it('[C1] tells what it changed, and who made it', () => {
    const party = three();
    const settings = { ...party.settings('Ben'), name: 'Orchard' };
    const before = party.settings('Ben');
    const { changes, opened } = party.commit('Ben', {
      settings,
      rename: { name: 'Benedict', formerly: null },
      add: [newcomer('Dan').keyPackage],
    });
    expect(changes.by).toBe(party.idOf('Ben'));
    expect(changes.added.map(({ name }) => name)).toEqual(['Dan']);
    expect(changes.renamed.map(({ before, after }) => [before.name, after.name])).toEqual([
      ['Ben', 'Benedict'],
    ]);
    expect(changes.settings).toEqual({ before, after: settings });
    for (const name of ['Ana', 'Cleo']) expect(opened.get(name)).toMatchObject({ kind: 'commit', changes });
  });

  it('[R2] a removal ends what the removed one can read; the others go on without it', () => {
    const party = three();
    const [ben, former] = [party.idOf('Ben'), party.group('Ben')];
    const settings = withNewSecrets(party.settings('Ana'));
    const { opened } = party.commit('Ana', { remove: [ben], settings });
    expect(opened.get('Ben')).toMatchObject({ kind: 'removed', by: party.idOf('Ana') });
    expect(party.view('Cleo').members.has(ben)).toBe(false);
    const { body } = sealForRoom(party.group('Cleo'), plaintext);
    expect(openForRoom(former, body, nobody).kind).toBe('refused');
    expect(openForRoom(party.group('Ana'), body, nobody).kind).toBe('message');
    expect(authenticatorOf(former)).not.toBe(authenticatorOf(party.group('Ana')));
  });

  it('[C1] our own breaks no rule either', () => {
    const party = new Party('Ana', { roles: { invite: 'admins', remove: 'admins', change: 'admins' } });
    party.letIn('Ben');
    const settings = { ...party.settings('Ben'), name: 'Mine' };
    expect(() => planned(party.group('Ben'), { ...nothing, settings })).toThrow(MlsError);
    expect(() => planned(party.group('Ana'), { ...nothing, settings })).not.toThrow();
  });

  it('[C4] that lost is dropped by the winner, and the group goes on from there', () => {
    const party = three();
    const settings = { ...party.settings('Ben'), name: 'Mine' };
    const mine = planned(party.group('Ben'), { ...nothing, settings });
    const theirs = planned(party.group('Ana'), { ...nothing, renew: true });
    const opened = openForRoom(mine.group, theirs.body, nobody);
    expect(opened.kind).toBe('commit');
    if (opened.kind !== 'commit') return;
    expect(opened.group.pending).toBeUndefined();
    expect(authenticatorOf(opened.group)).toBe(authenticatorOf(acceptOwnCommit(theirs.group).group));
    // Nobody follows the one that lost.
    expect(openForRoom(opened.group, mine.body, nobody).kind).not.toBe('commit');
  });

  it('that was given up leaves the group as it was', () => {
    const party = three();
    const { group } = planned(party.group('Ana'), { ...nothing, renew: true });
    const dropped = dropOwnCommit(group);
    expect(dropped.group.pending).toBeUndefined();
    expect(dropOwnCommit(dropped.group)).toEqual({ group: dropped.group, erase: [] });
    party.set('Ana', dropped.group);
    party.commit('Ana', { renew: true });
    expect(authenticatorOf(party.group('Ben'))).toBe(authenticatorOf(party.group('Ana')));
  });

  it('[G3] no byte of it may change', () => {
    const party = three();
    const { body } = planned(party.group('Ana'), { ...nothing, renew: true });
    for (let at = 0; at < body.length; at += 3) {
      const changed = Uint8Array.from(body);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(openForRoom(party.group('Ben'), changed, nobody).kind).toBe('refused');
    }
    expect(openForRoom(party.group('Ben'), body, nobody).kind).toBe('commit');
  });
});

describe('a message', () => {
  it('[M4] is opened once, by others than its sender, and with no byte changed', () => {
    const party = three();
    const sealed = sealForRoom(party.group('Ana'), plaintext);
    for (let at = 0; at < sealed.body.length; at++) {
      const changed = Uint8Array.from(sealed.body);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(['refused', 'own']).toContain(openForRoom(party.group('Ben'), changed, nobody).kind);
    }
    const opened = openForRoom(party.group('Ben'), sealed.body, nobody);
    if (opened.kind !== 'message') throw new Error('it does not open');
    expect(openForRoom(opened.group, sealed.body, nobody)).toEqual({ kind: 'replayed' });
    expect(openForRoom(sealed.group, sealed.body, nobody)).toEqual({ kind: 'own' });
  });

  it('[G3] of a former epoch opens no more', () => {
    const party = three();
    const sealed = sealForRoom(party.group('Ana'), plaintext);
    party.commit('Cleo', { renew: true });
    expect(openForRoom(party.group('Ben'), sealed.body, nobody).kind).toBe('refused');
  });
});

describe('rights', () => {
  it('[G4] are everyone’s, or the admins’, or everyone’s again when no admin is left', () => {
    const admins = { invite: 'admins', remove: 'everyone', change: 'admins' } as const;
    const party = new Party('Ana', { roles: admins });
    party.letIn('Ben', 'Cleo');
    const view = () => party.view('Cleo');
    const ana = party.idOf('Ana');
    expect([isAdmin(view(), ana), isAdmin(view(), party.idOf('Ben'))]).toEqual([true, false]);
    const rights = ['invite', 'remove', 'change'] as const;
    expect(rights.map((right) => hasRight(view(), party.idOf('Ben'), right))).toEqual([false, true, false]);
    const settings = { ...withNewSecrets(party.settings('Ben')), admins: [] };
    party.commit('Ben', { remove: [ana], settings });
    expect(rights.map((right) => hasRight(view(), party.idOf('Ben'), right))).toEqual([true, true, true]);
    expect(view().settings.returnSecret).not.toBe(secretText());
  });
});
