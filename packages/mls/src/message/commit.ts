import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';
import { fail } from '../errors.ts';
import { readUpdatePath, type UpdatePath, writeUpdatePath } from '../tree/updatePath.ts';
import { type Proposal, readProposal, writeProposal } from './proposal.ts';

/** RFC 9420 §12.4: a proposal inside the commit, or the reference of one sent before. */
export type ProposalOrRef =
  | { readonly type: 'proposal'; readonly proposal: Proposal }
  | { readonly type: 'reference'; readonly reference: Uint8Array };

/** Opens a new epoch. */
export interface Commit {
  readonly proposals: readonly ProposalOrRef[];
  readonly path: UpdatePath | undefined;
}

function writeProposalOrRef(w: Writer, value: ProposalOrRef): void {
  if (value.type === 'proposal') writeProposal(w.u8(1), value.proposal);
  else w.u8(2).opaque(value.reference);
}

function readProposalOrRef(r: Reader): ProposalOrRef {
  const type = r.u8();
  if (type === 1) return { type: 'proposal', proposal: readProposal(r) };
  if (type === 2) return { type: 'reference', reference: r.opaque() };
  return fail('unknownProposalType', 'ProposalOrRef');
}

export function writeCommit(w: Writer, commit: Commit): void {
  w.list(commit.proposals, writeProposalOrRef).optional(commit.path, writeUpdatePath);
}

export function readCommit(r: Reader): Commit {
  return { proposals: r.list(readProposalOrRef), path: r.optional(readUpdatePath) };
}
