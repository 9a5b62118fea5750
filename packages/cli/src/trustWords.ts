import { localDay } from '@otr/client/node';
import type { Member, Trust, VerifiedBy } from '@otr/protocol';
import { iso } from './rowText.ts';

type Known = Pick<Member, 'trust' | 'verified'>;

/** What is known of who a member is, for people who know no cryptography. */
export function trustWords({ trust, verified }: Known): string {
  if (trust !== 'verified' || verified === null) return words[trust];
  return `${words.verified} ${ways[verified.by]} on ${localDay(verified.at)}`;
}

const words: Readonly<Record<Trust, string>> = {
  self: 'you',
  verified: 'verified',
  unverified: 'not verified',
  waiting: 'has not shown who they are yet',
  unproven: 'speaks without having shown who they are',
  refused: 'failed to show who they are',
  changed: 'CHANGED: bears the name of somebody you verified, with other keys',
};

const ways: Readonly<Record<VerifiedBy, string>> = {
  number: 'by comparing numbers',
  words: 'by three words',
  invite: 'by a one-time invite',
};

/** What a member waits for, and how to answer it. */
export const asksWords: Readonly<Record<NonNullable<Member['asks']>, string>> = {
  invited: 'came by your one-time invite: otr room invited says whether you gave it to them',
  words: 'reads out three words: otr words, with --enter',
};

/** How and when a member was verified, as programs read it. */
export const verifiedJson = (verified: Member['verified']) =>
  verified && { by: verified.by, at: iso(verified.at) };
