import type { Member } from '@otr/protocol';

const namesOf = new WeakMap<readonly Member[], ReadonlyMap<string, Member>>();

/** The members by their keys, made once for each list. */
export function membersByKey(members: readonly Member[]): ReadonlyMap<string, Member> {
  const known = namesOf.get(members);
  if (known !== undefined) return known;
  const made = new Map(members.map((member) => [member.key, member]));
  namesOf.set(members, made);
  return made;
}
