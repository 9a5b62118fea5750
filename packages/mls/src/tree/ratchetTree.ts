import type { Reader } from '../codec/reader.ts';
import { encode, type Writer } from '../codec/writer.ts';
import { check, fail } from '../errors.ts';
import { KeyIndex } from './keyIndex.ts';
import { type LeafNode, readLeafNode, writeLeafNode } from './leafNode.ts';
import { type ParentNode, readParentNode, writeParentNode } from './parentNode.ts';
import * as math from './treeMath.ts';

/**
 * The ratchet tree (RFC 9420 §7): blank, leaf and parent nodes in an array, with the cached hash of each subtree and
 * an index of the keys in use. A tree that is part of a group state is never changed: `copy()` it (pointers only),
 * change the copy, and put that into the next state.
 */
export class RatchetTree {
  /** Leaf at even, parent at odd index; `undefined` is blank. Length is `2 * width - 1`. */
  readonly #nodes: (LeafNode | ParentNode | undefined)[];
  /** Tree hash of the subtree under each node, where known (see treeHash.ts). */
  readonly hashes: (Uint8Array | undefined)[];
  readonly #encryptionKeys: KeyIndex;
  readonly #signatureKeys: KeyIndex;

  private constructor(
    nodes: (LeafNode | ParentNode | undefined)[],
    hashes: (Uint8Array | undefined)[],
    encryptionKeys: KeyIndex,
    signatureKeys: KeyIndex,
  ) {
    this.#nodes = nodes;
    this.hashes = hashes;
    this.#encryptionKeys = encryptionKeys;
    this.#signatureKeys = signatureKeys;
  }

  static empty(): RatchetTree {
    return new RatchetTree([undefined], [undefined], KeyIndex.empty(), KeyIndex.empty());
  }

  copy(): RatchetTree {
    const keys = this.#encryptionKeys.copy();
    return new RatchetTree(this.#nodes.slice(), this.hashes.slice(), keys, this.#signatureKeys.copy());
  }

  /** Leaves the tree has room for: a power of two. */
  get width(): number {
    return (this.#nodes.length + 1) / 2;
  }

  get root(): number {
    return math.root(this.width);
  }

  /** The leaf, or `undefined` where it is blank or beyond the tree. */
  leaf(index: number): LeafNode | undefined {
    return this.#nodes[index * 2] as LeafNode | undefined;
  }

  /** The parent node, or `undefined` where it is blank. */
  parent(node: number): ParentNode | undefined {
    return this.#nodes[node] as ParentNode | undefined;
  }

  isBlank(node: number): boolean {
    return this.#nodes[node] === undefined;
  }

  encryptionKey(node: number): Uint8Array | undefined {
    return this.#nodes[node]?.encryptionKey;
  }

  /** The members, by leaf index. */
  *leaves(): Generator<[index: number, leaf: LeafNode]> {
    for (let node = 0; node < this.#nodes.length; node += 2) {
      const leaf = this.#nodes[node] as LeafNode | undefined;
      if (leaf !== undefined) yield [node / 2, leaf];
    }
  }

  /** The members' signature keys by leaf index. */
  signatureKeys(): (Uint8Array | undefined)[] {
    const keys: (Uint8Array | undefined)[] = new Array(this.width);
    for (let i = 0; i < keys.length; i++) keys[i] = this.leaf(i)?.signatureKey;
    return keys;
  }

  /** The parents that are not blank, by node index. */
  *parents(): Generator<[node: number, parent: ParentNode]> {
    for (let node = 1; node < this.#nodes.length; node += 2) {
      const parent = this.#nodes[node] as ParentNode | undefined;
      if (parent !== undefined) yield [node, parent];
    }
  }

  /** The leaf that uses this signature key. */
  findSignatureKey(key: Uint8Array): number | undefined {
    const node = this.#signatureKeys.find(key);
    return node === undefined ? undefined : node / 2;
  }

  /** The node that uses this encryption key. */
  findEncryptionKey(key: Uint8Array): number | undefined {
    return this.#encryptionKeys.find(key);
  }

  #forgetHashes(node: number): void {
    this.hashes[node] = undefined;
    for (const above of math.directPath(node, this.width)) this.hashes[above] = undefined;
  }

  /** Puts a leaf where it says. Keys must be unused (§7.3). */
  setLeaf(index: number, leaf: LeafNode): void {
    const node = index * 2;
    this.#clear(node);
    check(this.#encryptionKeys.add(leaf.encryptionKey, node), 'duplicateEncryptionKey');
    check(this.#signatureKeys.add(leaf.signatureKey, node), 'duplicateSignatureKey');
    this.#nodes[node] = leaf;
    this.#forgetHashes(node);
  }

  setParent(node: number, parent: ParentNode): void {
    this.#clear(node);
    check(this.#encryptionKeys.add(parent.encryptionKey, node), 'duplicateEncryptionKey');
    this.#nodes[node] = parent;
    this.#forgetHashes(node);
  }

  #clear(node: number): void {
    const present = this.#nodes[node];
    if (present === undefined) return;
    this.#encryptionKeys.remove(present.encryptionKey);
    if ('signatureKey' in present) this.#signatureKeys.remove(present.signatureKey);
    this.#nodes[node] = undefined;
    this.hashes[node] = undefined;
  }

  blankPath(leafIndex: number): void {
    const node = leafIndex * 2;
    for (const above of math.directPath(node, this.width)) this.#clear(above);
    this.#forgetHashes(node);
  }

  /** §7.7 and §12.1.1: the leftmost blank leaf, in a doubled tree if there is none. Returns the leaf index. */
  add(leaf: LeafNode): number {
    const index = this.leftmostBlank();
    while (index >= this.width) this.#grow();
    this.setLeaf(index, leaf);
    for (const above of math.directPath(index * 2, this.width)) {
      const parent = this.parent(above);
      if (parent === undefined) continue;
      const unmergedLeaves = [...parent.unmergedLeaves, index].sort((a, b) => a - b);
      this.#nodes[above] = { ...parent, unmergedLeaves };
    }
    return index;
  }

  /** Where the next member goes; equals `width` where the tree is full. */
  leftmostBlank(): number {
    let index = 0;
    while (index < this.width && !this.isBlank(index * 2)) index++;
    return index;
  }

  /** Makes room for one more leaf at `index`. */
  growFor(index: number): void {
    while (index >= this.width) this.#grow();
  }

  #grow(): void {
    const length = this.#nodes.length * 2 + 1;
    while (this.#nodes.length < length) {
      this.#nodes.push(undefined);
      this.hashes.push(undefined);
    }
  }

  /** §12.1.3: blanks the leaf and the nodes above it, and drops right halves without members. */
  remove(index: number): void {
    this.blankPath(index);
    this.#clear(index * 2);
    this.#forgetHashes(index * 2);
    this.#truncate();
  }

  #truncate(): void {
    let last = this.#nodes.length - 1;
    while (last > 0 && this.#nodes[last] === undefined) last -= 2;
    const length = math.nodeWidth(math.widthFor(last / 2 + 1));
    this.#nodes.length = length;
    this.hashes.length = length;
  }

  /** §4.1.1: the fewest nodes that reach every member under `node`. Appends to `found`. */
  resolution(node: number, found: number[] = []): number[] {
    const present = this.#nodes[node];
    if (present !== undefined) {
      found.push(node);
      if ('unmergedLeaves' in present) for (const leaf of present.unmergedLeaves) found.push(leaf * 2);
    } else if (!math.isLeaf(node)) {
      this.resolution(math.left(node), found);
      this.resolution(math.right(node), found);
    }
    return found;
  }

  /** True when nobody is under `node`. */
  isEmptyBelow(node: number): boolean {
    if (this.#nodes[node] !== undefined) return false;
    return math.isLeaf(node) || (this.isEmptyBelow(math.left(node)) && this.isEmptyBelow(math.right(node)));
  }

  /** §4.1.2: the nodes above a leaf that get a new key at its commit, each with its child off the path. */
  filteredPath(leafIndex: number): { node: number; copath: number }[] {
    const steps: { node: number; copath: number }[] = [];
    let child = leafIndex * 2;
    for (const node of math.directPath(child, this.width)) {
      const copath = math.sibling(child);
      if (!this.isEmptyBelow(copath)) steps.push({ node, copath });
      child = node;
    }
    return steps;
  }

  /** `optional<Node> ratchet_tree<V>` (§12.4.3.3), without trailing blanks. */
  write(w: Writer): void {
    let length = this.#nodes.length;
    while (length > 0 && this.#nodes[length - 1] === undefined) length--;
    w.vector((inner) => {
      for (let i = 0; i < length; i++) {
        const node = this.#nodes[i];
        if (node === undefined) inner.u8(0);
        else if ('signatureKey' in node) writeLeafNode(inner.u8(1).u8(1), node);
        else writeParentNode(inner.u8(1).u8(2), node);
      }
    });
  }

  encode(): Uint8Array {
    return encode<RatchetTree>(this, (w, tree) => tree.write(w), 4096 + this.#nodes.length * 256);
  }

  /** Checks shape and uniqueness of keys; validation is in treeValidation.ts. */
  static read(r: Reader, maximumWidth = Number.POSITIVE_INFINITY): RatchetTree {
    let index = 0;
    const read = r.list((list) => {
      check(index < math.nodeWidth(maximumWidth), 'tooLarge', 'tree');
      const expected = math.isLeaf(index++) ? 1 : 2;
      return list.optional((item) => {
        if (item.u8() !== expected) fail('unknownNodeType');
        return expected === 1 ? readLeafNode(item) : readParentNode(item);
      });
    });
    // The last node is a leaf: a parent there would have nobody on its right.
    check(read.length % 2 === 1 && read.at(-1) !== undefined, 'treeShape');
    const length = math.nodeWidth(math.widthFor((read.length + 1) >> 1));
    const tree = new RatchetTree(
      new Array<LeafNode | ParentNode | undefined>(length).fill(undefined),
      new Array<Uint8Array | undefined>(length).fill(undefined),
      KeyIndex.empty(),
      KeyIndex.empty(),
    );
    read.forEach((node, at) => {
      if (node === undefined) return;
      tree.#nodes[at] = node;
      check(tree.#encryptionKeys.add(node.encryptionKey, at), 'duplicateEncryptionKey');
      if ('signatureKey' in node) {
        check(tree.#signatureKeys.add(node.signatureKey, at), 'duplicateSignatureKey');
      }
    });
    return tree;
  }
}
