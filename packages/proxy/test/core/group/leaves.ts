import { randomBytes } from 'node:crypto';
import type { GroupState } from '@otr/mls';
import type { LeafProfile } from '@otr/protocol';
import {
  type CommitPlan,
  type PlannedCommit,
  planCommit,
  renewsLeaf,
} from '../../../src/core/group/commit.ts';
import { newLeaf } from '../../../src/core/group/leaf.ts';
import { viewOf } from '../../../src/core/group/view.ts';
import { identityOf } from '../../../src/core/identity/identity.ts';

/** The leaf of somebody of this name whom nobody knows. */
export function leafNamed(name: string, formerly: string | null = null): LeafProfile {
  const identityKey = identityOf(new Uint8Array(randomBytes(32))).publicKey;
  return newLeaf({ identityKey, name, formerly }).profile;
}

/** As a proxy plans it: with a new leaf of the same person where the plan renews it. */
export function planned(
  group: GroupState,
  plan: CommitPlan,
  leaving: ReadonlySet<string> = new Set(),
): PlannedCommit {
  if (!renewsLeaf(plan)) return planCommit(group, plan, leaving, null);
  const view = viewOf(group);
  const me = view.members.get(view.me);
  if (!me) throw new Error('not a member');
  const { name, formerly } = { name: me.name, formerly: me.formerly ?? null, ...plan.rename };
  return planCommit(group, plan, leaving, newLeaf({ identityKey: me.identityKey, name, formerly }).profile);
}
