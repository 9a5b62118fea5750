import { EMPTY } from '../codec/bytes.ts';
import { HpkeContext } from '../crypto/hpke.ts';
import { check, fail } from '../errors.ts';
import type { Commit } from '../message/commit.ts';
import type { AuthenticatedContent } from '../message/framing.ts';
import { encodeGroupContext } from '../message/groupContext.ts';
import { followPath, mergePath, type PrivateKeys } from '../tree/pathSecrets.ts';
import type { RatchetTree } from '../tree/ratchetTree.ts';
import * as math from '../tree/treeMath.ts';
import { type Applied, applyProposals } from './applyProposals.ts';
import { checkConfirmation, nextEpoch, provisionalContext, stillValid } from './epoch.ts';
import { checkAgreement, validateLeaf } from './leafValidation.ts';
import type { CommittedProposal } from './policy.ts';
import { resolveProposals, validateExternalProposalList, validateProposalList } from './proposalList.ts';
import { allSecrets, type Erase, type GroupState, type Self, type StoredProposal, succeed } from './state.ts';

/** What a commit did. */
export interface CommitEffects {
  readonly proposals: readonly CommittedProposal[];
  /** Leaf index; of an external committer, its new one. */
  readonly committer: number;
  /** Leaf indices. */
  readonly added: readonly number[];
  readonly removed: readonly number[];
}

export type CommitOutcome = CommitEffects &
  (
    | { readonly kind: 'commit'; readonly state: GroupState; readonly erase: Erase }
    /** This member was removed: the state is of no further use. */
    | { readonly kind: 'removed'; readonly erase: Erase }
  );

/**
 * Applies another member's commit, whose signature was verified (RFC 9420 §12.4.2). A pending commit of our own has
 * lost and is dropped.
 */
export function processCommit(
  state: GroupState,
  content: AuthenticatedContent,
  commit: Commit,
): CommitOutcome {
  const { config } = state;
  const { sender } = content.content;
  const tag = content.auth.confirmationTag ?? fail('argument', 'not a commit');
  const list = resolveProposals(state, commit.proposals, sender);
  if (sender.type === 'member') validateProposalList(state, list, sender);
  else validateExternal(state, commit, list);
  const applied = applyProposals(state, list, false);
  const { tree } = applied;
  check(commit.path !== undefined || (!applied.pathRequired && sender.type === 'member'), 'pathRequired');

  const committer = sender.type === 'member' ? sender.leafIndex : tree.leftmostBlank();
  const effects: CommitEffects = {
    proposals: list.map(({ proposal, sender: proposer }) => ({ proposal, sender: proposer })),
    committer,
    added: sender.type === 'member' ? applied.added.map((a) => a.leafIndex) : [committer],
    removed: applied.removed,
  };
  const self = ownAfter(state, list, tree);
  const merged = mergeCommitPath(state, commit, committer, applied);
  checkAgreement(tree, applied.extensions, applied.changed, applied.contextChanged);
  // A removed member cannot reach the new epoch, so it cannot check the tag; all else was checked by now.
  if (applied.removed.includes(state.self.leafIndex)) {
    return { ...effects, kind: 'removed', erase: allSecrets(state) };
  }
  const followed = followCommit(state, commit, applied, merged, self.privateKeys);
  const init =
    applied.externalInit === undefined ? state.secrets.init : externalInit(state, applied.externalInit);
  const { epoch, joinerSecret, welcomeSecret } = nextEpoch(state, content, followed.provisional, tree.width, {
    init,
    commit: followed.commitSecret,
    psks: applied.psks,
  });
  for (const secret of [joinerSecret, welcomeSecret, followed.commitSecret]) secret.fill(0);
  if (applied.externalInit !== undefined) init.fill(0);
  checkConfirmation(epoch, tag);
  const next: GroupState = {
    config,
    ...epoch,
    tree,
    self: { ...self, privateKeys: keysAfterPath(self.privateKeys, followed.privateKeys, merged) },
    past: [],
    proposals: new Map(),
    pending: undefined,
    closed: applied.reInit,
  };
  const lost = state.pending === undefined ? [] : allSecrets(state.pending, state);
  const { state: entered, erase } = succeed(state, next);
  return { ...effects, kind: 'commit', state: entered, erase: [...erase, ...lost] };
}

function validateExternal(state: GroupState, commit: Commit, list: readonly CommittedProposal[]): void {
  const { authentication } = state.config;
  validateExternalProposalList(state, commit.proposals, list, (removed) => {
    const before = state.tree.leaf(removed)?.credential;
    const after = commit.path?.leafNode.credential;
    return before !== undefined && after !== undefined && authentication.isSuccessor(before, after);
  });
}

/** Our leaf and keys after the proposals: an Update of ours that someone commits brings its keys into force. */
function ownAfter(
  state: GroupState,
  list: readonly (CommittedProposal & { stored?: StoredProposal })[],
  tree: RatchetTree,
): Self {
  const { leafIndex } = state.self;
  const kept = stillValid(state.self.privateKeys, state.tree, tree);
  const update = list.find(
    ({ proposal, sender }) =>
      proposal.type === 'update' && sender.type === 'member' && sender.leafIndex === leafIndex,
  );
  if (update === undefined) return { ...state.self, privateKeys: kept };
  const secrets = update.stored?.update ?? fail('proposalUnknown', 'keys of our own update');
  kept.set(leafIndex * 2, secrets.encryptionPrivateKey);
  return { leafIndex, signaturePrivateKey: secrets.signaturePrivateKey, privateKeys: kept };
}

/** A path that is in the tree now. */
interface Merged {
  readonly steps: ReturnType<typeof mergePath>;
  /** All nodes above the committer: the path replaced or blanked each of them. */
  readonly touched: ReadonlySet<number>;
  readonly newcomers: ReadonlySet<number>;
}

/** Validates the path and puts it into the tree of `applied`. */
function mergeCommitPath(
  state: GroupState,
  { path }: Commit,
  committer: number,
  applied: Applied,
): Merged | undefined {
  if (path === undefined) return undefined;
  const { config } = state;
  const { tree, changed, added, extensions } = applied;
  const previous = tree.leaf(committer);
  tree.growFor(committer);
  validateLeaf(config, path.leafNode, {
    place: 'commit',
    position: { groupId: state.context.groupId, leafIndex: committer },
    extensions,
    ...(previous === undefined ? {} : { previous }),
  });
  const newcomers = new Set(added.map(({ leafIndex }) => leafIndex * 2));
  const steps = mergePath(config.suite, tree, committer, path, newcomers);
  changed.add(committer);
  return { steps, touched: new Set(math.directPath(committer * 2, tree.width)), newcomers };
}

interface Followed {
  readonly commitSecret: Uint8Array;
  readonly privateKeys: PrivateKeys;
  readonly provisional: ReturnType<typeof provisionalContext>;
}

/** Decrypts our secret of the path, if there is one, and derives what follows from it. */
function followCommit(
  state: GroupState,
  { path }: Commit,
  applied: Applied,
  merged: Merged | undefined,
  held: PrivateKeys,
): Followed {
  const { suite } = state.config;
  const { tree } = applied;
  const provisional = provisionalContext(state, tree, applied);
  if (path === undefined || merged === undefined) {
    return { commitSecret: new Uint8Array(suite.hashLength), privateKeys: new Map(), provisional };
  }
  const { steps, newcomers } = merged;
  const context = encodeGroupContext(provisional);
  const own = state.self.leafIndex;
  const followed = followPath(suite, tree, steps, path, own, held, context, newcomers);
  followed.pathSecret.fill(0);
  return { commitSecret: followed.commitSecret, privateKeys: followed.privateKeys, provisional };
}

/** What we hold once the path is in the tree: nothing of the nodes it replaced, and what it brought. */
function keysAfterPath(held: PrivateKeys, brought: PrivateKeys, merged: Merged | undefined): PrivateKeys {
  const kept = [...held].filter(([node]) => !merged?.touched.has(node));
  return new Map([...kept, ...brought]);
}

/** §8.3: the init secret that an external committer sent to the group's external key. */
function externalInit(state: GroupState, kemOutput: Uint8Array): Uint8Array {
  const { suite } = state.config;
  const { privateKey } = suite.kem.deriveKeyPair(state.secrets.external);
  const context = Buffer.from('MLS 1.0 external init secret');
  try {
    return new HpkeContext(suite, EMPTY).exportFrom(privateKey, kemOutput, context, suite.hashLength);
  } finally {
    privateKey.fill(0);
  }
}
