import { checkPublicKey } from '../crypto/kem.ts';
import { MlsError } from '../errors.ts';
import type { ProposalOrRef } from '../message/commit.ts';
import type { Proposal } from '../message/proposal.ts';
import { type Applied, applyProposals } from './applyProposals.ts';
import { checkAgreement } from './leafValidation.ts';
import { resolveProposals, validateProposalList } from './proposalList.ts';
import type { GroupState } from './state.ts';

/** What a commit of this member covers, and what it makes of the group. */
export interface Covered {
  readonly proposals: readonly ProposalOrRef[];
  readonly applied: Applied;
}

/**
 * RFC 9420 §12.4: a commit covers all *valid* proposals received. Those that are not valid, by themselves or beside
 * the others, are left out, so that no member can keep the others from committing; `extra` are our own, and what is
 * wrong with them is an error.
 */
export function coverProposals(
  state: GroupState,
  extra: readonly Proposal[],
  received: readonly ProposalOrRef[],
): Covered {
  const inline = extra.map((proposal): ProposalOrRef => ({ type: 'proposal', proposal }));
  // Each list that fits is longer than the one before, so the last one stays.
  let covered: Covered | undefined;
  const fits = (references: readonly ProposalOrRef[]): boolean => {
    try {
      const tried = cover(state, [...references, ...inline]);
      const { applied } = tried;
      checkAgreement(applied.tree, applied.extensions, applied.changed, applied.contextChanged);
      for (const { keyPackage } of applied.added) checkPublicKey(state.config.suite.kem, keyPackage.initKey);
      covered = tried;
      return true;
    } catch (error) {
      if (error instanceof MlsError) return false;
      throw error;
    }
  };
  keepFitting([], received, fits);
  return covered ?? cover(state, inline);
}

function cover(state: GroupState, proposals: readonly ProposalOrRef[]): Covered {
  const committer = { type: 'member', leafIndex: state.self.leafIndex } as const;
  const list = resolveProposals(state, proposals, committer);
  validateProposalList(state, list, committer);
  return { proposals, applied: applyProposals(state, list, true) };
}

/** Keeps, beside `kept`, those of `candidates` that fit: all at once, or else half by half. */
function keepFitting(
  kept: readonly ProposalOrRef[],
  candidates: readonly ProposalOrRef[],
  fits: (references: readonly ProposalOrRef[]) => boolean,
): readonly ProposalOrRef[] {
  if (candidates.length === 0) return kept;
  const all = [...kept, ...candidates];
  if (fits(all)) return all;
  if (candidates.length === 1) return kept;
  const half = candidates.length >> 1;
  const first = keepFitting(kept, candidates.slice(0, half), fits);
  return keepFitting(first, candidates.slice(half), fits);
}
