import { expect } from 'vitest';
import type { ErrorCode } from '../src/errors.ts';
import { applyProposals } from '../src/group/applyProposals.ts';
import { renewLeaf } from '../src/group/createCommit.ts';
import { provisionalContext } from '../src/group/epoch.ts';
import type { CommittedProposal } from '../src/group/policy.ts';
import { protect, signOwn } from '../src/group/protect.ts';
import type { GroupState } from '../src/group/state.ts';
import type { Commit } from '../src/message/commit.ts';
import { encodeGroupContext } from '../src/message/groupContext.ts';
import type { Proposal } from '../src/message/proposal.ts';
import { createPath, sealPath } from '../src/tree/pathSecrets.ts';
import type { UpdatePath } from '../src/tree/updatePath.ts';

/** What a malicious member can do: sign and encrypt whatever it likes with keys that are really its own. */

const EMPTY = new Uint8Array(0);

/** A commit of `state`'s member with this content. Its confirmation tag is wrong: the checks come before. */
export function forgeCommit(state: GroupState, commit: Commit): Uint8Array {
  const signed = signOwn(state, { type: 'commit', commit }, EMPTY, 'private');
  return protect(state, signed, new Uint8Array(state.config.suite.hashLength)).message;
}

export const inline = (...proposals: Proposal[]): Commit['proposals'] =>
  proposals.map((proposal) => ({ type: 'proposal', proposal }));

/** A commit of these proposals without a path. */
export const forgeProposals = (state: GroupState, ...proposals: Proposal[]): Uint8Array =>
  forgeCommit(state, { proposals: inline(...proposals), path: undefined });

/** An honest path of `state`'s member over these proposals. */
export function honestPath(state: GroupState, list: readonly CommittedProposal[] = []): UpdatePath {
  const { suite } = state.config;
  const applied = applyProposals(state, list, false);
  const path = createPath(
    suite,
    applied.tree,
    state.self.leafIndex,
    (key, parentHash) => renewLeaf(state, {}, key, { kind: 'commit', parentHash }).leaf,
  );
  const context = encodeGroupContext(provisionalContext(state, applied.tree, applied));
  const newcomers = new Set(applied.added.map((a) => a.leafIndex * 2));
  return sealPath(suite, applied.tree, path, context, newcomers);
}

/** Codes that some hostile test has provoked, for the test that none is left out. */
export const provoked = new Set<ErrorCode>();

/** Expects exactly this failure. */
export function refuses(code: ErrorCode, action: () => unknown): void {
  provoked.add(code);
  expect(action).toThrow(expect.objectContaining({ code }));
}
