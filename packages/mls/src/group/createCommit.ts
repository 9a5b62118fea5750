import { EMPTY } from '../codec/bytes.ts';
import type { SignatureKeyPair } from '../crypto/signature.ts';
import { check, fail } from '../errors.ts';
import type { Credential } from '../message/credential.ts';
import { type Extension, extensionTypes } from '../message/extension.ts';
import { encodeGroupContext } from '../message/groupContext.ts';
import { signGroupInfo } from '../message/groupInfo.ts';
import { encodeMessage } from '../message/message.ts';
import type { Proposal } from '../message/proposal.ts';
import { sealGroupInfo, sealGroupSecrets } from '../message/welcome.ts';
import { type LeafNode, signLeafNode } from '../tree/leafNode.ts';
import { createPath, type NewPath, sealPath } from '../tree/pathSecrets.ts';
import type { RatchetTree } from '../tree/ratchetTree.ts';
import * as math from '../tree/treeMath.ts';
import type { Applied } from './applyProposals.ts';
import { coverProposals } from './coverProposals.ts';
import { type NextEpoch, nextEpoch, provisionalContext, stillValid } from './epoch.ts';
import { checkAgreement, validateLeaf } from './leafValidation.ts';
import { capabilitiesFor } from './member.ts';
import { selectProposals } from './proposalList.ts';
import { protect, signOwn, type Wire } from './protect.ts';
import type { Erase, GroupState, Self } from './state.ts';

/** What a member changes about its own leaf when it commits or proposes an update. */
export interface LeafChange {
  readonly signatureKeys?: SignatureKeyPair;
  readonly credential?: Credential;
  /** Replaces the leaf's extensions. */
  readonly extensions?: readonly Extension[];
}

export interface CommitOptions {
  /** Proposals to put into the commit, beside those received in this epoch. */
  readonly proposals?: readonly Proposal[];
  /** Leave out the proposals received in this epoch. */
  readonly ignoreReceived?: boolean;
  /** Send a path, and with it fresh keys of this member, even where none is required. */
  readonly path?: boolean;
  /** Implies a path. */
  readonly leaf?: LeafChange;
  readonly authenticatedData?: Uint8Array;
  readonly wire?: Wire;
  /** Send the tree with the welcome (default), or leave it to the application to deliver it. */
  readonly treeInWelcome?: boolean;
}

export interface CommitResult {
  /** The old epoch with a pending commit. Store it, then send. */
  readonly state: GroupState;
  readonly send: {
    readonly commit: Uint8Array;
    /** For the members this commit adds; deliver it only once the commit is accepted. */
    readonly welcome: Uint8Array | undefined;
  };
  readonly erase: Erase;
}

/** This member's leaf with a new encryption key (RFC 9420 §7.2). */
export function renewLeaf(
  state: GroupState,
  change: LeafChange,
  encryptionKey: Uint8Array,
  source: LeafNode['source'],
): { leaf: LeafNode; signaturePrivateKey: Uint8Array } {
  const { suite } = state.config;
  const old = state.tree.leaf(state.self.leafIndex) ?? fail('senderNotMember');
  const credential = change.credential ?? old.credential;
  const extensions = change.extensions ?? old.extensions;
  // A copy: the application's key stays its own when this commit is lost and its secrets are erased.
  const given = change.signatureKeys?.privateKey;
  const signaturePrivateKey = given === undefined ? state.self.signaturePrivateKey : Uint8Array.from(given);
  const content = {
    encryptionKey,
    signatureKey: change.signatureKeys?.publicKey ?? old.signatureKey,
    credential,
    capabilities: capabilitiesFor(suite, credential, extensions, old.capabilities),
    source,
    extensions,
  };
  const position = { groupId: state.context.groupId, leafIndex: state.self.leafIndex };
  return { leaf: signLeafNode(suite, content, signaturePrivateKey, position), signaturePrivateKey };
}

/** Makes the path of a commit in `tree`, and validates our own new leaf as the others will. */
function ownPath(
  state: GroupState,
  tree: RatchetTree,
  applied: Applied,
  change: LeafChange,
): { path: NewPath; self: Self } {
  const { config, self } = state;
  const { leafIndex } = self;
  const previous = state.tree.leaf(leafIndex) ?? fail('senderNotMember');
  let signaturePrivateKey = self.signaturePrivateKey;
  const path = createPath(config.suite, tree, leafIndex, (encryptionKey, parentHash) => {
    const renewed = renewLeaf(state, change, encryptionKey, { kind: 'commit', parentHash });
    signaturePrivateKey = renewed.signaturePrivateKey;
    return renewed.leaf;
  });
  validateLeaf(config, path.leaf, {
    place: 'commit',
    position: { groupId: state.context.groupId, leafIndex },
    extensions: applied.extensions,
    previous,
    sending: true,
  });
  applied.changed.add(leafIndex);
  const privateKeys = new Map([...stillValid(self.privateKeys, state.tree, tree), ...path.privateKeys]);
  return { path, self: { leafIndex, signaturePrivateKey, privateKeys } };
}

/**
 * Makes a commit (§12.4.1). Nothing changes but the ratchet that encrypts it: the next epoch waits in
 * `state.pending` until {@link acceptCommit}, {@link discardCommit} or someone else's commit. Errors: `commitPending`,
 * `groupClosed`, and what makes a list of proposals or a leaf invalid (§7.3, §12.2).
 */
export function createCommit(state: GroupState, options: CommitOptions = {}): CommitResult {
  check(!state.closed, 'groupClosed');
  check(state.pending === undefined, 'commitPending');
  const { config, self } = state;
  const { suite } = config;
  const extra = options.proposals ?? [];
  const received = options.ignoreReceived ? [] : selectProposals(state, extra);
  const { proposals, applied } = coverProposals(state, extra, received);
  const { tree } = applied;

  const wantsPath = applied.pathRequired || options.path === true || options.leaf !== undefined;
  const renewed = wantsPath ? ownPath(state, tree, applied, options.leaf ?? {}) : undefined;
  const provisional = provisionalContext(state, tree, applied);
  checkAgreement(tree, applied.extensions, applied.changed, applied.contextChanged);
  const newcomers = new Set(applied.added.map(({ leafIndex }) => leafIndex * 2));
  const path = renewed && sealPath(suite, tree, renewed.path, encodeGroupContext(provisional), newcomers);
  const signed = signOwn(
    state,
    { type: 'commit', commit: { proposals, path } },
    options.authenticatedData ?? EMPTY,
    options.wire ?? 'private',
  );
  const commitSecret = renewed?.path.commitSecret ?? new Uint8Array(suite.hashLength);
  const next = nextEpoch(state, { ...signed, auth: signed }, provisional, tree.width, {
    init: state.secrets.init,
    commit: commitSecret,
    psks: applied.psks,
  });
  const sent = protect(state, signed, next.epoch.confirmationTag);
  const pending: GroupState = {
    config,
    ...next.epoch,
    tree,
    self: renewed?.self ?? { ...self, privateKeys: stillValid(self.privateKeys, state.tree, tree) },
    past: [],
    proposals: new Map(),
    pending: undefined,
    closed: applied.reInit,
  };
  const welcome = makeWelcome(pending, applied, next, renewed?.path, options.treeInWelcome ?? true);
  for (const secret of [commitSecret, next.joinerSecret, next.welcomeSecret]) secret.fill(0);
  for (const secret of renewed?.path.pathSecrets.values() ?? []) secret.fill(0);
  return {
    state: { ...sent.state, pending },
    send: { commit: sent.message, welcome },
    erase: sent.erase,
  };
}

/** §12.4.3.1: one welcome for all new members. */
function makeWelcome(
  next: GroupState,
  applied: Applied,
  { joinerSecret, welcomeSecret }: NextEpoch,
  path: NewPath | undefined,
  withTree: boolean,
): Uint8Array | undefined {
  if (applied.added.length === 0) return undefined;
  const { suite } = next.config;
  const own = next.self.leafIndex * 2;
  const info = signGroupInfo(
    suite,
    {
      context: next.context,
      extensions: withTree ? [{ type: extensionTypes.ratchetTree, data: next.tree.encode() }] : [],
      confirmationTag: next.confirmationTag,
      signer: next.self.leafIndex,
    },
    next.self.signaturePrivateKey,
  );
  const encryptedGroupInfo = sealGroupInfo(suite, welcomeSecret, info);
  const psks = applied.psks.map(({ id }) => id);
  const newcomers = applied.added.map(({ leafIndex, keyPackage }) => {
    const pathSecret = path?.pathSecrets.get(math.commonAncestor(leafIndex * 2, own));
    return { keyPackage, secrets: { joinerSecret, pathSecret, psks } };
  });
  const secrets = sealGroupSecrets(suite, newcomers, encryptedGroupInfo);
  return encodeMessage({ type: 'welcome', welcome: { suiteId: suite.id, secrets, encryptedGroupInfo } });
}
