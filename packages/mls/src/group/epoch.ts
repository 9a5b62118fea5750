import { randomBytes } from 'node:crypto';
import { tagEquals } from '../crypto/labeled.ts';
import type { Suite } from '../crypto/suite.ts';
import { check } from '../errors.ts';
import type { AuthenticatedContent } from '../message/framing.ts';
import { encodeGroupContext, type GroupContext } from '../message/groupContext.ts';
import {
  confirmationTag,
  type EpochSecrets,
  epochSecrets,
  joinerSecret,
  memberSecret,
  welcomeSecret,
} from '../schedule/keySchedule.ts';
import { type PreSharedKey, pskSecret } from '../schedule/psk.ts';
import { newSecretTree, type SecretTree } from '../schedule/secretTree.ts';
import { confirmedTranscriptHash, interimTranscriptHash } from '../schedule/transcript.ts';
import type { PrivateKeys } from '../tree/pathSecrets.ts';
import type { RatchetTree } from '../tree/ratchetTree.ts';
import { treeHash } from '../tree/treeHash.ts';
import type { Applied } from './applyProposals.ts';
import type { GroupState } from './state.ts';

/** The step from one epoch to the next that sender and receiver of a commit have in common. */

/** What every epoch has, however it was reached. */
export interface Epoch {
  readonly context: GroupContext;
  readonly encodedContext: Uint8Array;
  readonly secrets: EpochSecrets;
  readonly messageKeys: SecretTree;
  readonly confirmationTag: Uint8Array;
  readonly interimTranscriptHash: Uint8Array;
}

/** Derives the keys of an epoch and its tag from the secret its members share. */
export function openEpoch(suite: Suite, member: Uint8Array, context: GroupContext, width: number): Epoch {
  const encodedContext = encodeGroupContext(context);
  const { secrets, encryption } = epochSecrets(suite, member, encodedContext);
  const tag = confirmationTag(suite, secrets.confirmation, context.confirmedTranscriptHash);
  return {
    context,
    encodedContext,
    secrets,
    messageKeys: newSecretTree(width, encryption),
    confirmationTag: tag,
    interimTranscriptHash: interimTranscriptHash(suite, context.confirmedTranscriptHash, tag),
  };
}

/** Refuses an epoch whose tag is not the one received: members would disagree. */
export function checkConfirmation(epoch: Epoch, received: Uint8Array): void {
  check(tagEquals(epoch.confirmationTag, received), 'confirmationTag');
}

/** The context under which path secrets are sealed: all new but the transcript (RFC 9420 §12.4.1). */
export function provisionalContext(state: GroupState, tree: RatchetTree, applied: Applied): GroupContext {
  return {
    ...state.context,
    epoch: state.context.epoch + 1n,
    treeHash: treeHash(state.config.suite, tree),
    extensions: applied.extensions,
  };
}

export interface NextEpoch {
  readonly epoch: Epoch;
  readonly joinerSecret: Uint8Array;
  readonly welcomeSecret: Uint8Array;
}

/** §8: from the secrets of this epoch, the commit and its pre-shared keys to the next one. */
export function nextEpoch(
  state: GroupState,
  commit: Pick<AuthenticatedContent, 'wireFormat' | 'encoded'> & { auth: { signature: Uint8Array } },
  provisional: GroupContext,
  width: number,
  secrets: { init: Uint8Array; commit: Uint8Array; psks: readonly PreSharedKey[] },
): NextEpoch {
  const { suite } = state.config;
  const context = {
    ...provisional,
    confirmedTranscriptHash: confirmedTranscriptHash(suite, state.interimTranscriptHash, commit),
  };
  const joiner = joinerSecret(suite, secrets.init, secrets.commit, encodeGroupContext(context));
  const psk = pskSecret(suite, secrets.psks);
  const member = memberSecret(suite, joiner, psk);
  psk.fill(0);
  const welcome = welcomeSecret(suite, member);
  return { epoch: openEpoch(suite, member, context, width), joinerSecret: joiner, welcomeSecret: welcome };
}

/** The first epoch of a new group (§11). */
export function firstEpoch(suite: Suite, context: GroupContext): Epoch {
  return openEpoch(suite, new Uint8Array(randomBytes(suite.hashLength)), context, 1);
}

/** The private keys that still fit the tree: nodes that were blanked or replaced lose theirs. */
export function stillValid(
  held: PrivateKeys,
  before: RatchetTree,
  after: RatchetTree,
): Map<number, Uint8Array> {
  const kept = new Map<number, Uint8Array>();
  for (const [node, secret] of held) {
    const key = after.encryptionKey(node);
    if (key !== undefined && key === before.encryptionKey(node)) kept.set(node, secret);
  }
  return kept;
}
