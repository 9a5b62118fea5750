import {
  acceptCommit,
  createCommit,
  discardCommit,
  type Erase,
  type GroupState,
  type KeyPackage,
  type Proposal,
} from '@otr/mls';
import type { LeafProfile, RoomSettings } from '@otr/protocol';
import { type Changes, changesBetween } from './changes.ts';
import { governed } from './config.ts';
import { profileExtension, settingsExtension } from './extensions.ts';
import { viewOf } from './view.ts';

/** What one commit of ours is to do. */
export interface CommitPlan {
  readonly add: readonly KeyPackage[];
  /** Pseudonyms. */
  readonly remove: readonly string[];
  readonly settings: RoomSettings | null;
  /** The name and the former pseudonym of our leaf, where they are to be others. */
  readonly rename: Rename | null;
  /** Fresh keys of our own, whether the rest needs them or not. */
  readonly renew: boolean;
}

export interface Rename {
  readonly name: string;
  readonly formerly: string | null;
}

/** Whether it gives our leaf new keys (RFC 9420 §12.4: with a path). Then it needs a new leaf profile too (D2). */
export function renewsLeaf({ remove, settings, rename, renew }: CommitPlan): boolean {
  return renew || remove.length > 0 || settings !== null || rename !== null;
}

export interface PlannedCommit {
  /** With the commit pending. Store it, then send. */
  readonly group: GroupState;
  readonly body: Uint8Array;
  readonly welcome: Uint8Array | null;
  readonly erase: Erase;
}

/**
 * `leaf` is our new leaf's profile, given exactly if the plan `renewsLeaf`. Throws an `MlsError` where the plan breaks a rule:
 * `mayCommit` tells before.
 */
export function planCommit(
  group: GroupState,
  plan: CommitPlan,
  leaving: ReadonlySet<string>,
  leaf: LeafProfile | null,
): PlannedCommit {
  const { members } = viewOf(group);
  const removals = plan.remove.flatMap((id): Proposal[] => {
    const member = members.get(id);
    return member ? [{ type: 'remove', leafIndex: member.leafIndex }] : [];
  });
  const additions = plan.add.map((keyPackage): Proposal => ({ type: 'add', keyPackage }));
  const settings: Proposal[] = plan.settings
    ? [{ type: 'groupContextExtensions', extensions: [settingsExtension(plan.settings)] }]
    : [];
  const { state, send, erase } = createCommit(governed(group, leaving), {
    proposals: [...settings, ...removals, ...additions],
    ignoreReceived: true,
    ...(leaf && { leaf: { extensions: [profileExtension(leaf)] } }),
  });
  return { group: state, body: send.commit, welcome: send.welcome ?? null, erase };
}

/** Our own commit is at its place in the log. */
export function acceptOwnCommit(group: GroupState): { group: GroupState; changes: Changes; erase: Erase } {
  const { state, erase } = acceptCommit(group);
  const before = viewOf(group);
  return { group: state, changes: changesBetween(before, viewOf(state), before.me), erase };
}

/** Another's commit won, or ours was refused for good. */
export function dropOwnCommit(group: GroupState): { group: GroupState; erase: Erase } {
  if (group.pending === undefined) return { group, erase: [] };
  const { state, erase } = discardCommit(group);
  return { group: state, erase };
}
