import { type Reader, readU32 } from '../codec/reader.ts';
import { type Writer, writeU32 } from '../codec/writer.ts';
import { check } from '../errors.ts';

/** RFC 9420 §7.1: a key that everyone below holds, except the leaves listed as unmerged. */
export interface ParentNode {
  readonly encryptionKey: Uint8Array;
  readonly parentHash: Uint8Array;
  /** Leaf indices, ascending. */
  readonly unmergedLeaves: readonly number[];
}

export function writeParentNode(w: Writer, node: ParentNode): void {
  w.opaque(node.encryptionKey).opaque(node.parentHash).list(node.unmergedLeaves, writeU32);
}

/** Refuses unmerged leaves that do not ascend (§7.1). */
export function readParentNode(r: Reader): ParentNode {
  const node = { encryptionKey: r.opaque(), parentHash: r.opaque(), unmergedLeaves: r.list(readU32) };
  let last = -1;
  for (const leaf of node.unmergedLeaves) {
    check(leaf > last, 'unmergedLeaves');
    last = leaf;
  }
  return node;
}
