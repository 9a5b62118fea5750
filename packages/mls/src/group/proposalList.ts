import { hex, mapKey } from '../codec/bytes.ts';
import { encode } from '../codec/writer.ts';
import { check, fail } from '../errors.ts';
import { MLS10 } from '../message/capabilities.ts';
import type { ProposalOrRef } from '../message/commit.ts';
import type { Sender } from '../message/framing.ts';
import type { Proposal } from '../message/proposal.ts';
import { writePskId } from '../schedule/psk.ts';
import type { CommittedProposal } from './policy.ts';
import type { GroupState, StoredProposal } from './state.ts';

/** Finds what a commit covers: proposals inside it, and those sent before that it refers to (RFC 9420 §12.4). */
export function resolveProposals(
  state: GroupState,
  list: readonly ProposalOrRef[],
  committer: Sender,
): (CommittedProposal & { readonly stored?: StoredProposal })[] {
  return list.map((item) => {
    if (item.type === 'proposal') return { proposal: item.proposal, sender: committer };
    const stored = state.proposals.get(hex(item.reference)) ?? fail('proposalUnknown');
    const { content } = stored.content;
    if (content.body.type !== 'proposal') return fail('proposalUnknown');
    return { proposal: content.body.proposal, sender: content.sender, stored };
  });
}

/** Keeps a proposal for a commit of this epoch. One that is repeated is kept once. Errors: `tooLarge`. */
export function keepProposal(state: GroupState, name: string, proposal: StoredProposal): GroupState {
  if (state.proposals.has(name)) return state;
  const { proposalsKept, proposalsPerMember } = state.config.policy;
  check(state.proposals.size < proposalsKept, 'tooLarge', 'proposals');
  const { sender } = proposal.content.content;
  if (sender.type === 'member') {
    let count = 0;
    for (const { content } of state.proposals.values()) {
      const other = content.content.sender;
      if (other.type === 'member' && other.leafIndex === sender.leafIndex) count++;
    }
    check(count < proposalsPerMember, 'tooLarge', 'proposals of one member');
  }
  return { ...state, proposals: new Map(state.proposals).set(name, proposal) };
}

type Of<T extends Proposal['type']> = Extract<Proposal, { type: T }>;

function only<T extends Proposal['type']>(list: readonly CommittedProposal[], type: T): Of<T>[] {
  return list.flatMap(({ proposal }) => (proposal.type === type ? [proposal as Of<T>] : []));
}

/** The leaf an Update or Remove is about. */
export function targetLeaf({ proposal, sender }: CommittedProposal): number | undefined {
  if (proposal.type === 'remove') return proposal.leafIndex;
  if (proposal.type !== 'update') return undefined;
  check(sender.type === 'member', 'senderForbidden');
  return sender.leafIndex;
}

/** Who may propose what (§12.1.8 and table 4 of §12.1.8). */
export function checkProposer(proposal: Proposal, sender: Sender): void {
  const allowed: Record<Sender['type'], readonly Proposal['type'][]> = {
    member: ['add', 'update', 'remove', 'psk', 'reInit', 'groupContextExtensions'],
    external: ['add', 'remove', 'psk', 'reInit', 'groupContextExtensions'],
    newMemberProposal: ['add'],
    newMemberCommit: ['externalInit', 'remove', 'psk'],
  };
  check(allowed[sender.type].includes(proposal.type), 'senderForbidden', proposal.type);
}

function checkAdds(
  state: GroupState,
  list: readonly CommittedProposal[],
  removed: ReadonlySet<number>,
): void {
  const clients = new Set<string>();
  for (const { keyPackage } of only(list, 'add')) {
    const { signatureKey } = keyPackage.leafNode;
    const client = mapKey(signatureKey);
    check(!clients.has(client), 'proposalListSameClient');
    clients.add(client);
    const member = state.tree.findSignatureKey(signatureKey);
    check(member === undefined || removed.has(member), 'proposalListMember');
  }
}

function checkPsks(state: GroupState, list: readonly CommittedProposal[]): void {
  const seen = new Set<string>();
  for (const { psk } of only(list, 'psk')) {
    check(psk.nonce.length === state.config.suite.hashLength, 'pskNonce');
    check(psk.type === 'external' || psk.usage === 'application', 'pskUsage');
    const name = mapKey(encode(psk, writePskId));
    check(!seen.has(name), 'proposalListPsk');
    seen.add(name);
  }
}

/** §12.2 for a commit of a member. Leaves are validated when the list is applied. */
export function validateProposalList(
  state: GroupState,
  list: readonly CommittedProposal[],
  committer: Sender & { type: 'member' },
): void {
  for (const { proposal, sender } of list) {
    check(proposal.type !== 'externalInit', 'proposalListExternalInit');
    checkProposer(proposal, sender);
  }
  const touched = new Set<number>();
  const removed = new Set<number>();
  for (const item of list) {
    const leaf = targetLeaf(item);
    if (leaf === undefined) continue;
    const isUpdate = item.proposal.type === 'update';
    check(state.tree.leaf(leaf) !== undefined, 'removeTarget', `leaf ${leaf}`);
    check(leaf !== committer.leafIndex, isUpdate ? 'proposalListUpdate' : 'proposalListSelfRemove');
    check(!touched.has(leaf), 'proposalListSameLeaf', `leaf ${leaf}`);
    touched.add(leaf);
    if (!isUpdate) removed.add(leaf);
  }
  checkAdds(state, list, removed);
  checkPsks(state, list);
  check(only(list, 'groupContextExtensions').length <= 1, 'proposalListExtensions');
  const reInit = only(list, 'reInit')[0];
  if (reInit !== undefined) {
    check(list.length === 1, 'proposalListReInit');
    check(reInit.version >= MLS10, 'reInitVersion');
  }
  check(state.config.policy.accepts(list, committer), 'proposalsRefused');
}

/** §12.2 for an external commit, and the policy on them. */
export function validateExternalProposalList(
  state: GroupState,
  proposals: readonly ProposalOrRef[],
  list: readonly CommittedProposal[],
  joinerCredentialOk: (removed: number) => boolean,
): void {
  const { policy } = state.config;
  check(policy.externalCommits === 'allow', 'externalCommitRefused');
  check(
    proposals.every((p) => p.type === 'proposal'),
    'proposalListExternal',
    'by reference',
  );
  check(only(list, 'externalInit').length === 1, 'proposalListExternalInit');
  const removals = only(list, 'remove');
  check(removals.length <= 1, 'proposalListExternal', 'removals');
  check(
    list.every(({ proposal }) => ['externalInit', 'remove', 'psk'].includes(proposal.type)),
    'proposalListExternal',
  );
  checkPsks(state, list);
  for (const { leafIndex } of removals) {
    check(policy.resync === 'allow', 'resyncRefused');
    check(state.tree.leaf(leafIndex) !== undefined, 'removeTarget', `leaf ${leafIndex}`);
    check(joinerCredentialOk(leafIndex), 'leafCredential', 'resync');
  }
  check(policy.accepts(list, { type: 'newMemberCommit' }), 'proposalsRefused');
}

/**
 * §12.4: from the proposals received in this epoch, those that our commit can cover beside `extra`: no update of our own,
 * one change per leaf (a removal before an update, a later update before an earlier), and no ReInit. Whether they are
 * valid, by themselves and beside each other, is for coverProposals.ts to find out.
 */
export function selectProposals(state: GroupState, extra: readonly Proposal[]): ProposalOrRef[] {
  const own = state.self.leafIndex;
  const inline = extra.map((proposal) => ({ proposal, sender: { type: 'member', leafIndex: own } as const }));
  const removed = new Set(only(inline, 'remove').map((p) => p.leafIndex));
  const updated = new Set<number>();
  const chosen: ProposalOrRef[] = [];
  const stored = [...state.proposals].flatMap(([name, { content }]) => {
    const { body, sender } = content.content;
    return body.type === 'proposal' ? [{ name, proposal: body.proposal, sender }] : [];
  });
  for (const { proposal } of stored) if (proposal.type === 'remove') removed.add(proposal.leafIndex);
  const seenRemovals = new Set(only(inline, 'remove').map((p) => p.leafIndex));
  for (const item of stored.reverse()) {
    const { proposal, sender, name } = item;
    if (proposal.type === 'reInit') continue;
    const leaf = targetLeaf(item);
    if (leaf !== undefined && (leaf === own || state.tree.leaf(leaf) === undefined)) continue;
    if (proposal.type === 'update' && sender.type === 'member') {
      if (removed.has(sender.leafIndex) || updated.has(sender.leafIndex)) continue;
      updated.add(sender.leafIndex);
    }
    if (proposal.type === 'remove') {
      if (seenRemovals.has(proposal.leafIndex)) continue;
      seenRemovals.add(proposal.leafIndex);
    }
    chosen.unshift({ type: 'reference', reference: Uint8Array.from(Buffer.from(name, 'hex')) });
  }
  return chosen;
}
