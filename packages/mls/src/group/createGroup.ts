import { EMPTY, equal } from '../codec/bytes.ts';
import { check } from '../errors.ts';
import type { Extension } from '../message/extension.ts';
import { RatchetTree } from '../tree/ratchetTree.ts';
import { treeHash } from '../tree/treeHash.ts';
import { firstEpoch } from './epoch.ts';
import { checkAgreement, checkExternalSenders, validateKeyPackage } from './leafValidation.ts';
import type { Member } from './member.ts';
import { type GroupConfig, requireConfig } from './policy.ts';
import type { GroupState } from './state.ts';

export interface CreateGroupOptions {
  readonly config: GroupConfig;
  readonly groupId: Uint8Array;
  /** The creator's key package and its private keys; the init key is not used. */
  readonly member: Member;
  /** Extensions of the group context. */
  readonly extensions?: readonly Extension[];
}

/**
 * Makes a group with one member, its creator, in epoch 0 (RFC 9420 §11). Errors: `configMissing`, and what makes a key
 * package invalid (§10.1).
 */
export function createGroup(options: CreateGroupOptions): GroupState {
  const { config, member, extensions = [] } = options;
  requireConfig(config);
  const { suite } = config;
  const groupId = Uint8Array.from(options.groupId);
  const { keyPackage, secrets } = member;
  const position = { groupId, leafIndex: 0 };
  validateKeyPackage(config, keyPackage, { place: 'keyPackage', position, extensions, sending: true });
  const ownKey = suite.kem.publicOf(secrets.encryptionPrivateKey);
  check(equal(ownKey, keyPackage.leafNode.encryptionKey), 'argument', 'private keys of another member');
  checkExternalSenders(config, extensions, groupId);
  const tree = RatchetTree.empty();
  tree.setLeaf(0, keyPackage.leafNode);
  checkAgreement(tree, extensions, new Set([0]), true);
  const epoch = firstEpoch(suite, {
    suiteId: suite.id,
    groupId,
    epoch: 0n,
    treeHash: treeHash(suite, tree),
    confirmedTranscriptHash: EMPTY,
    extensions,
  });
  return {
    config,
    ...epoch,
    tree,
    self: {
      leafIndex: 0,
      signaturePrivateKey: Uint8Array.from(secrets.signaturePrivateKey),
      privateKeys: new Map([[0, Uint8Array.from(secrets.encryptionPrivateKey)]]),
    },
    past: [],
    proposals: new Map(),
    pending: undefined,
    closed: false,
  };
}
