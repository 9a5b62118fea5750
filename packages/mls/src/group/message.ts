import { EMPTY, hex } from '../codec/bytes.ts';
import { check } from '../errors.ts';
import { proposalRef } from '../message/framing.ts';
import type { Proposal } from '../message/proposal.ts';
import { type LeafChange, renewLeaf } from './createCommit.ts';
import { generateKemPair } from './member.ts';
import { checkProposer, keepProposal } from './proposalList.ts';
import { type Protected, protect, signOwn, type Wire } from './protect.ts';
import type { Erase, GroupState, StoredProposal } from './state.ts';

/** What every operation that sends gives back. */
export interface SendResult {
  /** Store it before `send` leaves: the keys of the message are used up. */
  readonly state: GroupState;
  /** The encoded message. */
  readonly send: Uint8Array;
  readonly erase: Erase;
}

/** Encrypts application data for the group (RFC 9420 §6.3, §15). Errors: `groupClosed`, `generationExhausted`. */
export function sealMessage(
  state: GroupState,
  data: Uint8Array,
  authenticatedData: Uint8Array = EMPTY,
): SendResult {
  check(!state.closed, 'groupClosed');
  const signed = signOwn(state, { type: 'application', data }, authenticatedData, 'private');
  const { state: next, message, erase } = protect(state, signed);
  return { state: next, send: message, erase };
}

export interface ProposeOptions {
  readonly authenticatedData?: Uint8Array;
  readonly wire?: Wire;
}

/** Proposes a change that a later commit, of this member or another, can cover (§12.1). */
export function propose(state: GroupState, proposal: Proposal, options: ProposeOptions = {}): SendResult {
  check(proposal.type !== 'update', 'argument', 'use proposeUpdate');
  return send(state, proposal, options, undefined);
}

/** Proposes fresh keys for this member's leaf (§12.1.2); they come into force when someone else commits it. */
export function proposeUpdate(
  state: GroupState,
  change: LeafChange = {},
  options: ProposeOptions = {},
): SendResult {
  const pair = generateKemPair(state.config.suite);
  const { leaf, signaturePrivateKey } = renewLeaf(state, change, pair.publicKey, { kind: 'update' });
  const secrets = { encryptionPrivateKey: pair.privateKey, signaturePrivateKey };
  return send(state, { type: 'update', leafNode: leaf }, options, secrets);
}

function send(
  state: GroupState,
  proposal: Proposal,
  options: ProposeOptions,
  update: StoredProposal['update'],
): SendResult {
  check(!state.closed, 'groupClosed');
  checkProposer(proposal, { type: 'member', leafIndex: state.self.leafIndex });
  const body = { type: 'proposal', proposal } as const;
  const signed = signOwn(state, body, options.authenticatedData ?? EMPTY, options.wire ?? 'private');
  const sent: Protected = protect(state, signed);
  const name = hex(proposalRef(state.config.suite, sent.content));
  const kept = keepProposal(sent.state, name, { content: sent.content, update });
  return { state: kept, send: sent.message, erase: sent.erase };
}
