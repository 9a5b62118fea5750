import { check } from '../errors.ts';
import type { RatchetTree } from './ratchetTree.ts';
import * as math from './treeMath.ts';

/**
 * RFC 9420 §12.4.3.1: every unmerged leaf is a member below its node, and every node between the two lists it as
 * well. (That the lists ascend is checked when they are decoded; that keys are unique, when the tree is read.)
 */
export function checkUnmergedLeaves(tree: RatchetTree): void {
  for (const [node, parent] of tree.parents()) {
    for (const leaf of parent.unmergedLeaves) {
      const below = leaf < tree.width && math.isUnder(leaf * 2, node) && tree.leaf(leaf) !== undefined;
      check(below, 'unmergedLeaves', `node ${node}`);
      for (let between = math.parent(leaf * 2); between !== node; between = math.parent(between)) {
        const other = tree.parent(between);
        check(
          other === undefined || contains(other.unmergedLeaves, leaf),
          'unmergedLeaves',
          `node ${between}`,
        );
      }
    }
  }
}

/** Membership in an ascending list. */
function contains(leaves: readonly number[], leaf: number): boolean {
  let low = 0;
  let high = leaves.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((leaves[middle] as number) < leaf) low = middle + 1;
    else high = middle;
  }
  return leaves[low] === leaf;
}
