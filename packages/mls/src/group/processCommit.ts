import { EMPTY } from '../codec/bytes.ts';
import { HpkeContext } from '../crypto/hpke.ts';
import { check, fail } from '../errors.ts';
import type { Commit } from '../message/commit.ts';
import type { AuthenticatedContent } from '../message/framing.ts';
import { encodeGroupContext } from '../message/groupContext.ts';
import { followPath, mergePath, type PrivateKeys } from '../tree/pathSecrets.ts';
import type { RatchetTree } from '../tree/ratchetTree.ts';
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
  if (applied.removed.includes(state.self.leafIndex)) {
    return { ...effects, kind: 'removed', erase: allSecrets(state) };
  }

  const self = ownAfter(state, list, tree);
  const followed = followCommit(state, commit, committer, applied, self.privateKeys);
  checkAgreement(tree, applied.extensions, applied.changed, applied.contextChanged);
  const init =
    applied.externalInit === undefined ? state.secrets.init : externalInit(state, applied.externalInit);
  const { epoch, joinerSecret, welcomeSecret } = nextEpoch(state, content, followed.provisional, tree.width, {
    init,
    commit: followed.commitSecret,
    psks: applied.psks,
  });
  for (const secret of [joinerSecret, welcomeSecret, followed.commitSecret]) secret.fill(0);
  checkConfirmation(epoch, tag);
  const next: GroupState = {
    config,
    ...epoch,
    tree,
    self: { ...self, privateKeys: new Map([...self.privateKeys, ...followed.privateKeys]) },
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

interface Followed {
  readonly commitSecret: Uint8Array;
  readonly privateKeys: PrivateKeys;
  readonly provisional: ReturnType<typeof provisionalContext>;
}

/** Validates the path, puts it into the tree of `applied`, and decrypts our secret of it. */
function followCommit(
  state: GroupState,
  commit: Commit,
  committer: number,
  applied: Applied,
  held: PrivateKeys,
): Followed {
  const { config } = state;
  const { suite } = config;
  const { tree } = applied;
  const { path } = commit;
  if (path === undefined) {
    const commitSecret = new Uint8Array(suite.hashLength);
    return { commitSecret, privateKeys: new Map(), provisional: provisionalContext(state, tree, applied) };
  }
  const previous = tree.leaf(committer);
  tree.growFor(committer);
  validateLeaf(config, path.leafNode, {
    place: 'commit',
    position: { groupId: state.context.groupId, leafIndex: committer },
    extensions: applied.extensions,
    ...(previous === undefined ? {} : { previous }),
  });
  const newcomers = new Set(applied.added.map(({ leafIndex }) => leafIndex * 2));
  const steps = mergePath(suite, tree, committer, path, newcomers);
  applied.changed.add(committer);
  const provisional = provisionalContext(state, tree, applied);
  const { commitSecret, privateKeys, pathSecret } = followPath(
    suite,
    tree,
    steps,
    path,
    state.self.leafIndex,
    held,
    encodeGroupContext(provisional),
    newcomers,
  );
  pathSecret.fill(0);
  return { commitSecret, privateKeys, provisional };
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
