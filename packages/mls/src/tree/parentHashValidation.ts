import { equal } from '../codec/bytes.ts';
import type { Suite } from '../crypto/suite.ts';
import { check } from '../errors.ts';
import { leafParentHash } from './leafNode.ts';
import type { RatchetTree } from './ratchetTree.ts';
import { originalTreeHash, parentHash } from './treeHash.ts';
import * as math from './treeMath.ts';

function carriedParentHash(tree: RatchetTree, node: number): Uint8Array | undefined {
  if (!math.isLeaf(node)) return tree.parent(node)?.parentHash;
  const leaf = tree.leaf(math.nodeToLeaf(node));
  return leaf === undefined ? undefined : leafParentHash(leaf);
}

/**
 * RFC 9420 §7.9.2: every parent node must have been made by one member below it, together with the next node down.
 * For each parent the one child side is looked for whose resolution contains the node that names it.
 */
export function checkParentHashes(suite: Suite, tree: RatchetTree): void {
  for (const [node] of tree.parents()) {
    const sides = [
      [math.left(node), math.right(node)],
      [math.right(node), math.left(node)],
    ] as const;
    let chains = 0;
    for (const [child, other] of sides) if (isChained(suite, tree, node, child, other)) chains++;
    check(chains === 1, 'parentHash', `node ${node}`);
  }
}

function isChained(suite: Suite, tree: RatchetTree, node: number, child: number, other: number): boolean {
  const parent = tree.parent(node);
  if (parent === undefined) return false;
  const original = originalTreeHash(suite, tree, other, parent.unmergedLeaves);
  const expected = parentHash(suite, parent.encryptionKey, parent.parentHash, original);
  const resolution = tree.resolution(child);
  const unmerged = new Set<number>();
  for (const leaf of parent.unmergedLeaves) if (math.isUnder(leaf * 2, child)) unmerged.add(leaf * 2);
  if (resolution.length !== unmerged.size + 1) return false;
  const candidates = resolution.filter((below) => {
    const carried = carriedParentHash(tree, below);
    return carried !== undefined && equal(carried, expected);
  });
  return candidates.some((below) => resolution.every((n) => n === below || unmerged.has(n)));
}
