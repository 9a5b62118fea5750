import type { Trust, VerifiedBy } from '@otr/protocol';
import type { Shown } from './whoIsWho.ts';

/** What this profile knows of a person, in whatever room. */
export interface KnownPerson {
  readonly verified: { readonly by: VerifiedBy; readonly at: number } | null;
  /** Taken for what it is, although somebody else of that name was verified. */
  readonly accepted: boolean;
}

export interface TrustFacts {
  readonly isSelf: boolean;
  readonly shown: Shown | undefined;
  /** The tag that was good is of the leaf that is in the tree now. */
  readonly isSameLeaf: boolean;
  readonly person: KnownPerson | null;
  /** Somebody with another identity key was verified under this name. */
  readonly hasVerifiedNamesake: boolean;
}

/** What is known of who a member is (D3, D6). */
export function trustOf({ isSelf, shown, isSameLeaf, person, hasVerifiedNamesake }: TrustFacts): Trust {
  if (isSelf) return 'self';
  if (shown?.problem === 'wrong') return 'refused';
  const isTrusted = person !== null && (person.verified !== null || person.accepted);
  if (hasVerifiedNamesake && !isTrusted) return 'changed';
  if (shown?.problem === 'missing') return 'unproven';
  // A renewed leaf has until its next word to show itself: its former one's signature brought it.
  const hasShown = shown !== undefined && shown.leaf !== null;
  if (!hasShown && !isSameLeaf) return 'waiting';
  return person?.verified ? 'verified' : 'unverified';
}
