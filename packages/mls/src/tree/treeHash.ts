import { EMPTY } from '../codec/bytes.ts';
import { Writer } from '../codec/writer.ts';
import { hashOf } from '../crypto/labeled.ts';
import type { Suite } from '../crypto/suite.ts';
import { writeParentNode } from './parentNode.ts';
import type { RatchetTree } from './ratchetTree.ts';
import * as math from './treeMath.ts';

const NONE: ReadonlySet<number> = new Set();

/** RFC 9420 §7.8: the hash of the subtree under `node`. Known hashes are reused; a commit recomputes one path. */
export function treeHash(suite: Suite, tree: RatchetTree, node: number = tree.root): Uint8Array {
  const known = tree.hashes[node];
  if (known !== undefined) return known;
  const hash = math.isLeaf(node)
    ? leafHash(suite, tree, node, false)
    : parentHashInput(suite, tree, node, NONE, (child) => treeHash(suite, tree, child));
  tree.hashes[node] = hash;
  return hash;
}

/** True when one of the ascending `leaves` lies under `node`. */
function anyUnder(leaves: readonly number[], node: number): boolean {
  const [first, last] = math.subtreeRange(node);
  let low = 0;
  let high = leaves.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((leaves[middle] as number) * 2 < first) low = middle + 1;
    else high = middle;
  }
  return low < leaves.length && (leaves[low] as number) * 2 <= last;
}

/** §7.9: the tree hash of the subtree as it was before the leaves in `without` (ascending) were added. */
export function originalTreeHash(
  suite: Suite,
  tree: RatchetTree,
  node: number,
  without: readonly number[],
  gone: ReadonlySet<number> = new Set(without),
): Uint8Array {
  if (!anyUnder(without, node)) return treeHash(suite, tree, node);
  if (math.isLeaf(node)) return leafHash(suite, tree, node, true);
  return parentHashInput(suite, tree, node, gone, (child) =>
    originalTreeHash(suite, tree, child, without, gone),
  );
}

function leafHash(suite: Suite, tree: RatchetTree, node: number, blank: boolean): Uint8Array {
  const leaf = blank ? undefined : tree.leaf(math.nodeToLeaf(node));
  const w = new Writer((leaf?.encoded.length ?? 0) + 8).u8(1).u32(math.nodeToLeaf(node));
  w.optional(leaf, (inner, value) => inner.raw(value.encoded));
  return hashOf(suite, w.finish());
}

function parentHashInput(
  suite: Suite,
  tree: RatchetTree,
  node: number,
  gone: ReadonlySet<number>,
  childHash: (child: number) => Uint8Array,
): Uint8Array {
  const parent = tree.parent(node);
  let trimmed = parent;
  if (parent !== undefined && gone.size > 0) {
    trimmed = { ...parent, unmergedLeaves: parent.unmergedLeaves.filter((leaf) => !gone.has(leaf)) };
  }
  const w = new Writer(512).u8(2).optional(trimmed, writeParentNode);
  w.opaque(childHash(math.left(node))).opaque(childHash(math.right(node)));
  return hashOf(suite, w.finish());
}

/** §7.9: binds a parent node to what its other child contained when the node was made. */
export function parentHash(
  suite: Suite,
  encryptionKey: Uint8Array,
  ownParentHash: Uint8Array,
  originalSiblingHash: Uint8Array,
): Uint8Array {
  const w = new Writer(encryptionKey.length + 256);
  return hashOf(suite, w.opaque(encryptionKey).opaque(ownParentHash).opaque(originalSiblingHash).finish());
}

export const NO_PARENT_HASH = EMPTY;
