import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';
import { type HpkeCiphertext, readHpkeCiphertext, writeHpkeCiphertext } from '../crypto/hpke.ts';
import { type LeafNode, readLeafNode, writeLeafNode } from './leafNode.ts';

/** A new key for one node, and its path secret sealed for everyone below the other child. */
export interface UpdatePathNode {
  readonly encryptionKey: Uint8Array;
  readonly encryptedPathSecret: readonly HpkeCiphertext[];
}

/** RFC 9420 §7.6: the committer's new leaf and the nodes above it, from the leaf upwards. */
export interface UpdatePath {
  readonly leafNode: LeafNode;
  readonly nodes: readonly UpdatePathNode[];
}

export function writeUpdatePath(w: Writer, path: UpdatePath): void {
  writeLeafNode(w, path.leafNode);
  w.list(path.nodes, (list, node) => {
    list.opaque(node.encryptionKey).list(node.encryptedPathSecret, writeHpkeCiphertext);
  });
}

export function readUpdatePath(r: Reader): UpdatePath {
  return {
    leafNode: readLeafNode(r),
    nodes: r.list((list) => ({
      encryptionKey: list.opaque(),
      encryptedPathSecret: list.list(readHpkeCiphertext),
    })),
  };
}
