import { setTimeout } from 'node:timers/promises';
import type { RoomSettings } from '@otr/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestClient } from '../../../relay/test/testClient.ts';
import { keyPackageRefOf, keyPackagesOf, makeJoinKeys } from '../../src/core/group/join.ts';
import { openForRoom } from '../../src/core/group/messages.ts';
import { inviteKeysOf, sealKnock } from '../../src/core/invite.ts';
import { parseInviteLink } from '../../src/core/inviteLink.ts';
import { randomId, toText } from '../../src/core/text.ts';
import { leafNamed } from '../core/group/leaves.ts';
import { newcomer, nobody, Party } from '../core/group/parties.ts';
import { Company, detailsOf } from './company.ts';

let company: Company;

beforeEach(async () => {
  company = await Company.meet();
});
afterEach(() => company.part());

test('[D9] has up to 100 members: there is no invite for one more, and nobody who knocks is let in', async () => {
  const ana = company.person('Ana');
  const { room } = await ana.ask('createRoom', { name: 'Garden', offTheRecord: true, large: true });
  const { link } = await ana.ask('createInvite', { room, uses: null, expiresIn: null, approval: true });
  const crowd = await Promise.all(Array.from({ length: 100 }, (_, n) => knocks(link, `Member ${n}`)));
  await ana.until(() => ana.room(room)?.knocks === 100);
  const waiting = async () => (await detailsOf(ana, room)).knocks;
  for (const { id } of (await waiting()).slice(0, 99)) await ana.ask('admitKnock', { room, knock: id });
  await ana.until(() => ana.room(room)?.memberCount === 100);
  const [late] = await waiting();
  expect(await waiting()).toHaveLength(1);
  const policy = { room, uses: 1, expiresIn: null, approval: false };
  for (const answer of [
    await ana.chat.request('admitKnock', { room, knock: late?.id ?? '' }),
    await ana.chat.request('createInvite', policy),
    await ana.chat.request('invite', { room }),
  ]) {
    const message = expect.stringContaining('100 members and cannot have more');
    expect(answer).toMatchObject({ ok: false, error: { code: 'notAllowed', message } });
  }
  expect(ana.room(room)?.memberCount).toBe(100);
  for (const client of crowd) client.close();
}, 60_000);

describe('members whose proxies keep no rule', () => {
  const everybody = (count: number) => Array.from({ length: count }, (_, n) => newcomer(`Member ${n}`));

  test.each([true, false])('[D9] cannot let in a 101st (off the record: %s)', (offTheRecord) => {
    const party = new Party('Ana', { offTheRecord });
    party.letIn('Ben');
    party.commit('Ana', { add: everybody(98).map(({ keyPackage }) => keyPackage) });
    expect(party.view('Ben').members.size).toBe(100);
    const commit = party.forged('Ana', [{ type: 'add', keyPackage: newcomer('One more').keyPackage }]);
    const opened = openForRoom(party.group('Ben'), commit, nobody);
    // Negative control: in an ordinary room nothing is wrong with it.
    expect(opened.kind).toBe(offTheRecord ? 'refused' : 'commit');
  });

  test.each([true, false])(
    '[D9] cannot make a room another than it was (off the record: %s)',
    (offTheRecord) => {
      const party = new Party('Ana', { offTheRecord });
      party.letIn('Ben');
      const settings = party.settings('Ana');
      const changed = (change: Partial<RoomSettings>) => {
        const commit = party.forged('Ana', [party.change({ ...settings, ...change })]);
        return openForRoom(party.group('Ben'), commit, nobody).kind;
      };
      expect(changed({ offTheRecord: !offTheRecord })).toBe('refused');
      // Negative control: she may change something else.
      expect(changed({ name: 'Orchard' })).toBe('commit');
    },
  );
});

/** Somebody with the invite, on a connection of its own, as soon as the relay knows of it. */
async function knocks(link: string, name: string): Promise<TestClient> {
  const parsed = parseInviteLink(link);
  if (!parsed.ok) throw new Error('no link');
  const { room, secret, relayUrl } = parsed.value;
  const client = await TestClient.connect(relayUrl);
  const [invite, id] = [inviteKeysOf(secret, room), randomId()];
  const keys = makeJoinKeys(leafNamed(name), Date.now());
  const keyPackages = keyPackagesOf(keys).map(toText);
  const request = {
    room,
    id,
    invite: invite.publicKey,
    signature: invite.sign(client.challenge, room),
    keyPackageRef: keyPackageRefOf(keys),
    sealed: sealKnock(invite, id, { version: 1, name, keyPackages }),
  };
  for (;;) {
    const answer = await client.ask('knock', request);
    if (answer.ok) return client;
    if (answer.error.code !== 'inviteNotFound') throw new Error(answer.error.message);
    await setTimeout(20);
  }
}
