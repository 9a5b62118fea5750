import { equal } from '../codec/bytes.ts';
import { decode } from '../codec/reader.ts';
import { check, fail } from '../errors.ts';
import { extensionTypes, findExtension } from '../message/extension.ts';
import { type GroupInfo, verifyGroupInfoSignature } from '../message/groupInfo.ts';
import { decodeMessage } from '../message/message.ts';
import { openGroupInfo, openGroupSecrets } from '../message/welcome.ts';
import { memberSecret, welcomeSecret } from '../schedule/keySchedule.ts';
import { pskSecret } from '../schedule/psk.ts';
import { checkParentHashes } from '../tree/parentHashValidation.ts';
import { deriveUpwards } from '../tree/pathSecrets.ts';
import { RatchetTree } from '../tree/ratchetTree.ts';
import { treeHash } from '../tree/treeHash.ts';
import * as math from '../tree/treeMath.ts';
import { checkUnmergedLeaves } from '../tree/treeValidation.ts';
import { checkConfirmation, openEpoch } from './epoch.ts';
import { checkAgreement, checkExternalSenders, validateLeaf } from './leafValidation.ts';
import type { Member } from './member.ts';
import { type GroupConfig, requireConfig } from './policy.ts';
import type { Erase, GroupState } from './state.ts';

export interface JoinOptions {
  readonly config: GroupConfig;
  /** The encoded message. */
  readonly welcome: Uint8Array;
  readonly member: Member;
  /** The encoded ratchet tree, where the welcome does not bring it. */
  readonly ratchetTree?: Uint8Array;
}

/**
 * Joins by welcome (RFC 9420 §12.4.3.1). `erase` lists the init key and the encryption key of the key package, which is
 * used up; the state has its own copies of what it needs. Errors: `welcomeNotForUs`, `welcomeTree`, `pskUnknown`,
 * `aeadOpen`, `signature`, and every check of the tree (§7.3, §7.9.2, §12.4.3.1).
 */
export function joinGroup(options: JoinOptions): { state: GroupState; erase: Erase } {
  const { config, member } = options;
  requireConfig(config);
  const { suite } = config;
  const { keyPackage, secrets } = member;
  check(options.welcome.length <= config.policy.maximumMessage, 'tooLarge', 'welcome');
  const message = decodeMessage(options.welcome);
  check(message.type === 'welcome', 'argument', 'not a welcome');
  const { welcome } = message;
  check(welcome.suiteId === suite.id && keyPackage.suiteId === suite.id, 'wrongSuite');

  const group = openGroupSecrets(suite, welcome, keyPackage, secrets.initPrivateKey);
  const psks = group.psks.map((id) => {
    check(id.type === 'external' || id.usage === 'application', 'pskUsage');
    check(id.nonce.length === suite.hashLength, 'pskNonce');
    return { id, secret: config.psk?.(id) ?? fail('pskUnknown') };
  });
  const psk = pskSecret(suite, psks);
  const shared = memberSecret(suite, group.joinerSecret, psk);
  psk.fill(0);
  const infoSecret = welcomeSecret(suite, shared);
  const info = openGroupInfo(suite, infoSecret, welcome.encryptedGroupInfo);
  infoSecret.fill(0);
  check(info.context.suiteId === suite.id, 'wrongSuite');
  const tree = validatedTree(config, info, options.ratchetTree);
  const leafIndex = ownLeaf(tree, member);
  const privateKeys = new Map<number, Uint8Array>([
    [leafIndex * 2, Uint8Array.from(secrets.encryptionPrivateKey)],
  ]);
  if (group.pathSecret !== undefined) {
    const shareable = Uint8Array.from(group.pathSecret);
    const first = math.commonAncestor(leafIndex * 2, info.signer * 2);
    const nodes = [first, ...math.directPath(first, tree.width)].filter((node) => !tree.isBlank(node));
    check(nodes[0] === first, 'pathSecret', 'common node is blank');
    const derived = deriveUpwards(suite, tree, nodes, shareable);
    derived.commitSecret.fill(0);
    for (const [node, secret] of derived.privateKeys) privateKeys.set(node, secret);
  }
  const epoch = openEpoch(suite, shared, info.context, tree.width);
  checkConfirmation(epoch, info.confirmationTag);
  for (const secret of [group.joinerSecret, group.pathSecret]) secret?.fill(0);
  return {
    state: {
      config,
      ...epoch,
      tree,
      self: { leafIndex, signaturePrivateKey: Uint8Array.from(secrets.signaturePrivateKey), privateKeys },
      past: [],
      proposals: new Map(),
      pending: undefined,
      closed: false,
    },
    erase: [secrets.initPrivateKey, secrets.encryptionPrivateKey],
  };
}

/** Reads the tree of a GroupInfo and checks all of it (§7.9.2, §12.4.3.1), and the signature of the GroupInfo. */
export function validatedTree(
  config: GroupConfig,
  info: GroupInfo,
  given: Uint8Array | undefined,
): RatchetTree {
  const { suite, policy } = config;
  const { context } = info;
  const encoded = given ?? findExtension(info.extensions, extensionTypes.ratchetTree) ?? fail('welcomeTree');
  const tree = decode(encoded, (r) => RatchetTree.read(r, policy.maximumWidth));
  check(tree.width <= policy.maximumWidth, 'tooLarge', 'tree');
  const signer = tree.leaf(info.signer) ?? fail('groupInfoSigner');
  check(verifyGroupInfoSignature(suite, info, signer.signatureKey), 'signature', 'GroupInfo');
  check(equal(treeHash(suite, tree), context.treeHash), 'treeHash');
  checkUnmergedLeaves(tree);
  checkParentHashes(suite, tree);
  const all = new Set<number>();
  for (const [leafIndex, leaf] of tree.leaves()) {
    all.add(leafIndex);
    const position = { groupId: context.groupId, leafIndex };
    validateLeaf(config, leaf, { place: 'tree', position, extensions: context.extensions });
  }
  checkAgreement(tree, context.extensions, all, true);
  checkExternalSenders(config, context.extensions, context.groupId);
  return tree;
}

function ownLeaf(tree: RatchetTree, { keyPackage }: Member): number {
  const index = tree.findSignatureKey(keyPackage.leafNode.signatureKey);
  const leaf = index === undefined ? undefined : tree.leaf(index);
  if (index === undefined || leaf === undefined) return fail('welcomeLeaf');
  check(equal(leaf.encoded, keyPackage.leafNode.encoded), 'welcomeLeaf');
  return index;
}
