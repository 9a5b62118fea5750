import { randomBytes } from 'node:crypto';
import { equal } from '../codec/bytes.ts';
import { HpkeContext } from '../crypto/hpke.ts';
import type { KemKeyPair } from '../crypto/kem.ts';
import { deriveSecret } from '../crypto/labeled.ts';
import type { Suite } from '../crypto/suite.ts';
import { check, fail } from '../errors.ts';
import { type LeafNode, leafParentHash } from './leafNode.ts';
import type { RatchetTree } from './ratchetTree.ts';
import { NO_PARENT_HASH, originalTreeHash, parentHash } from './treeHash.ts';
import * as math from './treeMath.ts';
import type { UpdatePath, UpdatePathNode } from './updatePath.ts';

/** TreeKEM (RFC 9420 §7.4 to §7.6): fresh keys along one path, and the secrets that the others follow it with. */

/** Private keys of tree nodes, by node index. A member holds its leaf's and some of those above it. */
export type PrivateKeys = ReadonlyMap<number, Uint8Array>;

/** Path secrets by node index. */
export type PathSecrets = ReadonlyMap<number, Uint8Array>;

interface Step {
  readonly node: number;
  readonly copath: number;
}

const nextPathSecret = (suite: Suite, secret: Uint8Array): Uint8Array => deriveSecret(suite, secret, 'path');

/** §7.4: the key pair of the node that a path secret belongs to. */
export function nodeKeyPair(suite: Suite, pathSecret: Uint8Array): KemKeyPair {
  const secret = deriveSecret(suite, pathSecret, 'node');
  const pair = suite.kem.deriveKeyPair(secret);
  secret.fill(0);
  return pair;
}

/** Puts the public keys of a path into the tree, with parent hashes from the root down (§7.9). */
function mergeNodes(
  suite: Suite,
  tree: RatchetTree,
  steps: readonly Step[],
  keys: readonly Uint8Array[],
): Uint8Array {
  let hash = NO_PARENT_HASH;
  for (let i = steps.length - 1; i >= 0; i--) {
    const { node, copath } = steps[i] as Step;
    const encryptionKey = keys[i] as Uint8Array;
    tree.setParent(node, { encryptionKey, parentHash: hash, unmergedLeaves: [] });
    hash = parentHash(suite, encryptionKey, hash, originalTreeHash(suite, tree, copath, []));
  }
  return hash;
}

/** Whom the secret of a step is sealed for: the other side, without those who get it by the welcome. */
function recipients(tree: RatchetTree, step: Step, newcomers: ReadonlySet<number>): number[] {
  return tree.resolution(step.copath).filter((node) => !newcomers.has(node));
}

export interface NewPath {
  readonly leaf: LeafNode;
  readonly steps: readonly Step[];
  readonly publicKeys: readonly Uint8Array[];
  readonly pathSecrets: PathSecrets;
  readonly privateKeys: PrivateKeys;
  readonly commitSecret: Uint8Array;
}

/**
 * Makes fresh keys on the path of `leafIndex` and puts them into `tree`. `makeLeaf` signs the new leaf once its
 * parent hash is known. The secrets are sealed by {@link sealPath}, when the hash of the new tree is known.
 */
export function createPath(
  suite: Suite,
  tree: RatchetTree,
  leafIndex: number,
  makeLeaf: (encryptionKey: Uint8Array, parentHash: Uint8Array) => LeafNode,
): NewPath {
  tree.blankPath(leafIndex);
  const steps = tree.filteredPath(leafIndex);
  const pathSecrets = new Map<number, Uint8Array>();
  const privateKeys = new Map<number, Uint8Array>();
  const publicKeys: Uint8Array[] = [];
  let secret: Uint8Array = new Uint8Array(randomBytes(suite.hashLength));
  for (const { node } of steps) {
    const pair = nodeKeyPair(suite, secret);
    pathSecrets.set(node, secret);
    privateKeys.set(node, pair.privateKey);
    publicKeys.push(pair.publicKey);
    secret = nextPathSecret(suite, secret);
  }
  const leafSeed = randomBytes(suite.hashLength);
  const leafPair = suite.kem.deriveKeyPair(leafSeed);
  leafSeed.fill(0);
  privateKeys.set(leafIndex * 2, leafPair.privateKey);
  const leaf = makeLeaf(leafPair.publicKey, mergeNodes(suite, tree, steps, publicKeys));
  tree.setLeaf(leafIndex, leaf);
  return { leaf, steps, publicKeys, pathSecrets, privateKeys, commitSecret: secret };
}

/** Seals the path secrets under the provisional group context. `newcomers` are nodes. */
export function sealPath(
  suite: Suite,
  tree: RatchetTree,
  path: NewPath,
  context: Uint8Array,
  newcomers: ReadonlySet<number>,
): UpdatePath {
  const hpke = HpkeContext.labeled(suite, 'UpdatePathNode', context);
  const nodes = path.steps.map((step, i): UpdatePathNode => {
    const secret = path.pathSecrets.get(step.node) ?? fail('pathSecret');
    const encryptedPathSecret = recipients(tree, step, newcomers).map((node) =>
      hpke.seal(tree.encryptionKey(node) ?? fail('pathShape'), secret),
    );
    return { encryptionKey: path.publicKeys[i] as Uint8Array, encryptedPathSecret };
  });
  return { leafNode: path.leaf, nodes };
}

/** §7.5 and §7.9.2: puts a received path into the tree after checking its shape, keys and parent hash. */
export function mergePath(
  suite: Suite,
  tree: RatchetTree,
  leafIndex: number,
  path: UpdatePath,
  newcomers: ReadonlySet<number>,
): readonly Step[] {
  for (const { encryptionKey } of [path.leafNode, ...path.nodes]) {
    check(encryptionKey.length === suite.kem.publicLength, 'keyFormat', 'key of the path');
    check(tree.findEncryptionKey(encryptionKey) === undefined, 'duplicateEncryptionKey');
  }
  tree.blankPath(leafIndex);
  const steps = tree.filteredPath(leafIndex);
  check(steps.length === path.nodes.length, 'pathShape', 'length of the path');
  steps.forEach((step, i) => {
    const sealed = path.nodes[i]?.encryptedPathSecret.length;
    check(sealed === recipients(tree, step, newcomers).length, 'pathShape', 'number of ciphertexts');
  });
  const keys = path.nodes.map((node) => node.encryptionKey);
  const hash = mergeNodes(suite, tree, steps, keys);
  check(equal(leafParentHash(path.leafNode), hash), 'parentHash', 'leaf of the path');
  tree.setLeaf(leafIndex, path.leafNode);
  return steps;
}

export interface FollowedPath {
  readonly privateKeys: PrivateKeys;
  readonly commitSecret: Uint8Array;
  /** The secret that was sealed for this member. */
  readonly pathSecret: Uint8Array;
}

/**
 * §7.5: decrypts the secret sealed for this member and derives the keys above it. `tree` is the merged tree;
 * `held` are the private keys this member has.
 */
export function followPath(
  suite: Suite,
  tree: RatchetTree,
  steps: readonly Step[],
  path: UpdatePath,
  ownLeaf: number,
  held: PrivateKeys,
  context: Uint8Array,
  newcomers: ReadonlySet<number>,
): FollowedPath {
  const at = steps.findIndex((step) => math.isUnder(ownLeaf * 2, step.copath));
  const step = steps[at] ?? fail('pathShape', 'no common node');
  const targets = recipients(tree, step, newcomers);
  const which = targets.findIndex((node) => held.has(node) && math.isUnder(ownLeaf * 2, node));
  const secretKey = held.get(targets[which] ?? -1) ?? fail('pathSecret', 'no key for any ciphertext');
  const sealed = path.nodes[at]?.encryptedPathSecret[which] ?? fail('pathShape');
  const opened = HpkeContext.labeled(suite, 'UpdatePathNode', context).open(secretKey, sealed);
  check(opened.length === suite.hashLength, 'pathSecret', 'length');
  const above = steps.slice(at).map((s) => s.node);
  const pathSecret = Uint8Array.from(opened);
  return { pathSecret, ...deriveUpwards(suite, tree, above, opened) };
}

/** Derives the private keys of `nodes` (upwards) from the path secret of the first; each must fit the tree. */
export function deriveUpwards(
  suite: Suite,
  tree: RatchetTree,
  nodes: readonly number[],
  pathSecret: Uint8Array,
): { privateKeys: PrivateKeys; commitSecret: Uint8Array } {
  const privateKeys = new Map<number, Uint8Array>();
  let secret: Uint8Array = pathSecret;
  for (const node of nodes) {
    const pair = nodeKeyPair(suite, secret);
    const expected = tree.encryptionKey(node);
    check(expected !== undefined && equal(pair.publicKey, expected), 'pathSecret', `node ${node}`);
    privateKeys.set(node, pair.privateKey);
    const next = nextPathSecret(suite, secret);
    secret.fill(0);
    secret = next;
  }
  return { privateKeys, commitSecret: secret };
}
