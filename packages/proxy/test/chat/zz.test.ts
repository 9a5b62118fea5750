import type { RelayRequest } from '@otr/protocol';
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

test.each(Array.from({length:60},(_, n)=>n))('rep %i', async () => {
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

