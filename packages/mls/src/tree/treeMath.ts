/**
 * The array-based tree of RFC 9420 appendix C. A tree of `width` leaves (a power of two) has `2 * width - 1` nodes;
 * leaf `i` is node `2 * i`. Callers check indices before they come here.
 */

export const nodeWidth = (width: number): number => (width === 0 ? 0 : 2 * width - 1);
export const leafToNode = (leaf: number): number => leaf * 2;
export const nodeToLeaf = (node: number): number => node >>> 1;
export const isLeaf = (node: number): boolean => (node & 1) === 0;

/** Height of a node: the number of trailing one bits. Leaves are 0. */
export const level = (node: number): number => 31 - Math.clz32(~node & (node + 1));

/** The root of a tree of `width` leaves. */
export const root = (width: number): number => width - 1;

export const left = (node: number): number => node ^ (1 << (level(node) - 1));
export const right = (node: number): number => node ^ (3 << (level(node) - 1));

/** Meaningless for the root. */
export function parent(node: number): number {
  const k = level(node);
  return (node | (1 << k)) & ~(1 << (k + 1));
}

/** Meaningless for the root. */
export function sibling(node: number): number {
  const above = parent(node);
  return node < above ? right(above) : left(above);
}

/** The nodes above `node`, up to and including the root; empty for the root itself. */
export function directPath(node: number, width: number): number[] {
  const path: number[] = [];
  const top = root(width);
  for (let n = node; n !== top; ) {
    n = parent(n);
    path.push(n);
  }
  return path;
}

/** First and last node of the subtree under `node`. */
export function subtreeRange(node: number): [first: number, last: number] {
  const half = (1 << level(node)) - 1;
  return [node - half, node + half];
}

/** True when `node` is `above` or lies under it. */
export function isUnder(node: number, above: number): boolean {
  const [first, last] = subtreeRange(above);
  return node >= first && node <= last;
}

/** The lowest node that is above (or is) both. */
export function commonAncestor(a: number, b: number): number {
  let node = a;
  while (!isUnder(b, node)) node = parent(node);
  return node;
}

/** The smallest power of two that is at least `leaves`. */
export function widthFor(leaves: number): number {
  let width = 1;
  while (width < leaves) width *= 2;
  return width;
}
