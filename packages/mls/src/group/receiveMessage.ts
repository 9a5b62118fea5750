import { equal, hex } from '../codec/bytes.ts';
import { check, fail } from '../errors.ts';
import { readExternalSenders } from '../message/extension.ts';
import { type AuthenticatedContent, proposalRef, type Sender, verifyContent } from '../message/framing.ts';
import { decodeMessage } from '../message/message.ts';
import { openContent, openSenderData, type PrivateMessage } from '../message/privateMessage.ts';
import type { Proposal } from '../message/proposal.ts';
import { type PublicMessage, unprotectPublic } from '../message/publicMessage.ts';
import { type SecretTree, takeToReceive } from '../schedule/secretTree.ts';
import { type CommitOutcome, processCommit } from './processCommit.ts';
import { checkProposer, keepProposal } from './proposalList.ts';
import type { Erase, GroupState } from './state.ts';

/** What a message was. */
export type Received =
  | {
      readonly kind: 'application';
      readonly state: GroupState;
      readonly data: Uint8Array;
      readonly authenticatedData: Uint8Array;
      /** Leaf index in `epoch`. */
      readonly sender: number;
      readonly epoch: bigint;
      readonly generation: number;
      readonly erase: Erase;
    }
  | {
      readonly kind: 'proposal';
      readonly state: GroupState;
      readonly proposal: Proposal;
      readonly sender: Sender;
      readonly reference: Uint8Array;
      readonly erase: Erase;
    }
  | CommitOutcome;

/**
 * Opens a message of the group: application data of this or a kept epoch, a proposal or a commit of this epoch. On
 * any error the state given is still good: nothing was taken out of it. Errors: of all kinds; `wrongEpoch`,
 * `generationUsed` and `ownMessage` are what a relay that repeats or reorders messages leads to.
 */
export function receiveMessage(state: GroupState, encoded: Uint8Array): Received {
  check(!state.closed, 'groupClosed');
  check(encoded.length <= state.config.policy.maximumMessage, 'tooLarge', 'message');
  const message = decodeMessage(encoded);
  if (message.type === 'privateMessage') return receivePrivate(state, message.privateMessage);
  if (message.type === 'publicMessage') return receivePublic(state, message.publicMessage);
  return fail('argument', message.type);
}

/** The part of an epoch that opens messages. */
interface Keys {
  readonly encodedContext: Uint8Array;
  readonly senderData: Uint8Array;
  readonly messageKeys: SecretTree;
  signatureKey(leafIndex: number): Uint8Array | undefined;
  replace(tree: SecretTree): GroupState;
}

function keysOf(state: GroupState, epoch: bigint): Keys {
  if (epoch === state.context.epoch) {
    return {
      encodedContext: state.encodedContext,
      senderData: state.secrets.senderData,
      messageKeys: state.messageKeys,
      signatureKey: (leafIndex) => state.tree.leaf(leafIndex)?.signatureKey,
      replace: (messageKeys) => ({ ...state, messageKeys }),
    };
  }
  const at = state.past.findIndex((past) => past.epoch === epoch);
  const past = state.past[at] ?? fail('wrongEpoch', String(epoch));
  return {
    ...past,
    signatureKey: (leafIndex) => past.signatureKeys[leafIndex],
    replace: (messageKeys) => ({ ...state, past: state.past.with(at, { ...past, messageKeys }) }),
  };
}

function receivePrivate(state: GroupState, message: PrivateMessage): Received {
  const { suite, policy } = state.config;
  check(equal(message.groupId, state.context.groupId), 'wrongGroup');
  const isApplication = message.contentType === 'application';
  check(isApplication || message.epoch === state.context.epoch, 'wrongEpoch', String(message.epoch));
  const keys = keysOf(state, message.epoch);
  const sender = openSenderData(suite, message, keys.senderData);
  const { leafIndex, generation } = sender;
  const signatureKey = keys.signatureKey(leafIndex) ?? fail('senderNotMember', `leaf ${leafIndex}`);
  check(leafIndex !== state.self.leafIndex, 'ownMessage');
  const type = isApplication ? 'application' : 'handshake';
  const taken = takeToReceive(suite, keys.messageKeys, leafIndex, type, generation, policy);
  let content: AuthenticatedContent;
  try {
    content = openContent(suite, message, sender, taken.messageKey);
  } finally {
    for (const used of [taken.messageKey.key, taken.messageKey.nonce]) used.fill(0);
  }
  check(verifyContent(suite, content, keys.encodedContext, signatureKey), 'signature');
  const opened = keys.replace(taken.tree);
  const { body, authenticatedData } = content.content;
  if (body.type === 'application') {
    return {
      kind: 'application',
      state: opened,
      data: body.data,
      authenticatedData,
      sender: leafIndex,
      epoch: message.epoch,
      generation,
      erase: taken.erase,
    };
  }
  return receiveHandshake(opened, content, taken.erase);
}

function receivePublic(state: GroupState, message: PublicMessage): Received {
  const { suite, policy } = state.config;
  const { content } = message;
  check(content.body.type !== 'application', 'applicationInPublic');
  check(equal(content.groupId, state.context.groupId), 'wrongGroup');
  check(content.epoch === state.context.epoch, 'wrongEpoch', String(content.epoch));
  const { sender } = content;
  if (sender.type === 'member') {
    check(policy.publicHandshakes === 'allow', 'publicMessageRefused');
    check(sender.leafIndex !== state.self.leafIndex, 'ownMessage');
  } else if (sender.type === 'newMemberCommit') {
    check(policy.externalCommits === 'allow', 'externalCommitRefused');
  } else check(policy.externalProposals === 'allow', 'externalProposalRefused');
  const signatureKey = publicSignatureKey(state, message);
  const opened = unprotectPublic(suite, message, state.secrets.membership, state.encodedContext);
  check(verifyContent(suite, opened, state.encodedContext, signatureKey), 'signature');
  return receiveHandshake(state, opened, []);
}

/** §6.1: whose key a PublicMessage is signed with. */
function publicSignatureKey(state: GroupState, { content }: PublicMessage): Uint8Array {
  const { sender, body } = content;
  const isCommit = body.type === 'commit';
  switch (sender.type) {
    case 'member':
      return state.tree.leaf(sender.leafIndex)?.signatureKey ?? fail('senderNotMember');
    case 'external': {
      check(!isCommit, 'senderForbidden');
      const senders = readExternalSenders(state.context.extensions);
      return senders[sender.senderIndex]?.signatureKey ?? fail('senderNotMember', 'external sender');
    }
    case 'newMemberProposal':
      check(body.type === 'proposal' && body.proposal.type === 'add', 'senderForbidden');
      return body.proposal.keyPackage.leafNode.signatureKey;
    case 'newMemberCommit':
      check(body.type === 'commit', 'senderForbidden');
      return body.commit.path?.leafNode.signatureKey ?? fail('pathRequired');
  }
}

function receiveHandshake(state: GroupState, content: AuthenticatedContent, erase: Erase): Received {
  const { body, sender } = content.content;
  if (body.type === 'commit') {
    const outcome = processCommit(state, content, body.commit);
    return { ...outcome, erase: [...outcome.erase, ...erase] };
  }
  if (body.type !== 'proposal') return fail('applicationInPublic');
  const { proposal } = body;
  checkProposer(proposal, sender);
  const reference = proposalRef(state.config.suite, content);
  const kept = keepProposal(state, hex(reference), { content, update: undefined });
  return { kind: 'proposal', state: kept, proposal, sender, reference, erase };
}
