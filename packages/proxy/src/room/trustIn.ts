import type { RoomSummary, Trust } from '@otr/protocol';
import { leafHash } from '../core/group/leaf.ts';
import { type Member, viewOf } from '../core/group/view.ts';
import { sameBytes, toText } from '../core/text.ts';
import { trustOf } from '../machine/trust.ts';
import type { RoomMemory, RoomParts } from './roomParts.ts';

type Known = Pick<RoomMemory, 'group' | 'who'>;

/** What is known of who a member is. */
export function trustIn({ people }: Pick<RoomParts, 'people'>, { group, who }: Known, member: Member): Trust {
  const key = toText(member.identityKey);
  const shown = who.shown.get(member.id);
  return trustOf({
    isSelf: group !== null && viewOf(group).me === member.id,
    shown,
    isSameLeaf: shown?.leaf != null && sameBytes(shown.leaf, leafHash(member.leaf)),
    person: people.get(key),
    hasVerifiedNamesake: member.name !== '' && people.hasVerifiedNamesake(member.name, key),
  });
}

export type TrustCount = RoomSummary['trust'];

const nobody: TrustCount = { verified: 0, unverified: 0, unknown: 0, changed: 0 };
const counted = new WeakMap<Known['who'], { context: unknown; version: number; count: TrustCount }>();

/** Other members, by what is known of them. Worked out once for each change. */
export function trustCount(parts: Pick<RoomParts, 'people'>, memory: Known): TrustCount {
  const { group, who } = memory;
  if (!group) return nobody;
  const { version } = parts.people;
  const known = counted.get(who);
  if (known?.context === group.encodedContext && known.version === version) return known.count;
  const count = { ...nobody };
  for (const member of viewOf(group).members.values()) {
    const trust = trustIn(parts, memory, member);
    if (trust !== 'self') count[bucketOf[trust]] += 1;
  }
  counted.set(who, { context: group.encodedContext, version, count });
  return count;
}

const bucketOf = {
  verified: 'verified',
  unverified: 'unverified',
  waiting: 'unknown',
  unproven: 'unknown',
  refused: 'unknown',
  changed: 'changed',
} as const satisfies Record<Exclude<Trust, 'self'>, keyof TrustCount>;
