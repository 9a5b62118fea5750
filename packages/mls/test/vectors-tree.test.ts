import { describe, expect, it } from 'vitest';
import { decode } from '../src/codec/reader.ts';
import { suiteOf } from '../src/crypto/suite.ts';
import { encodeGroupContext } from '../src/message/groupContext.ts';
import { readProposal } from '../src/message/proposal.ts';
import { signLeafNode, verifyLeafSignature } from '../src/tree/leafNode.ts';
import { checkParentHashes } from '../src/tree/parentHashValidation.ts';
import { createPath, followPath, mergePath, nodeKeyPair, sealPath } from '../src/tree/pathSecrets.ts';
import { RatchetTree } from '../src/tree/ratchetTree.ts';
import { treeHash } from '../src/tree/treeHash.ts';
import * as math from '../src/tree/treeMath.ts';
import { readUpdatePath } from '../src/tree/updatePath.ts';
import { bytes, hex, load, report, vectorsPresent } from './vectors.ts';

const readTree = (hexadecimal: string): RatchetTree => decode(bytes(hexadecimal), RatchetTree.read);

interface TreeMath {
  n_leaves: number;
  n_nodes: number;
  root: number;
  left: (number | null)[];
  right: (number | null)[];
  parent: (number | null)[];
  sibling: (number | null)[];
}
interface TreeOperation {
  cipher_suite: number;
  tree_before: string;
  proposal: string;
  proposal_sender: number;
  tree_hash_before: string;
  tree_after: string;
  tree_hash_after: string;
}
interface TreeValidation {
  cipher_suite: number;
  tree: string;
  group_id: string;
  resolutions: number[][];
  tree_hashes: string[];
}
interface TreeKem {
  cipher_suite: number;
  group_id: string;
  epoch: number;
  confirmed_transcript_hash: string;
  ratchet_tree: string;
  leaves_private: {
    index: number;
    encryption_priv: string;
    signature_priv: string;
    path_secrets: { node: number; path_secret: string }[];
  }[];
  update_paths: {
    sender: number;
    update_path: string;
    path_secrets: (string | null)[];
    commit_secret: string;
    tree_hash_after: string;
  }[];
}

describe.skipIf(!vectorsPresent)('official vectors: tree', () => {
  it('tree math', () => {
    const vectors = load<TreeMath>('mls/tree-math.json');
    for (const v of vectors) {
      expect(math.nodeWidth(v.n_leaves)).toBe(v.n_nodes);
      expect(math.root(v.n_leaves)).toBe(v.root);
      for (let n = 0; n < v.n_nodes; n++) {
        expect(math.isLeaf(n) ? null : math.left(n)).toBe(v.left[n]);
        expect(math.isLeaf(n) ? null : math.right(n)).toBe(v.right[n]);
        expect(n === v.root ? null : math.parent(n)).toBe(v.parent[n]);
        expect(n === v.root ? null : math.sibling(n)).toBe(v.sibling[n]);
      }
    }
    report('tree-math', vectors.length);
  });

  it('tree operations', () => {
    const vectors = load<TreeOperation>('mls/tree-operations.json');
    for (const v of vectors) {
      const suite = suiteOf(v.cipher_suite);
      const before = readTree(v.tree_before);
      expect(hex(treeHash(suite, before))).toBe(v.tree_hash_before);
      const tree = before.copy();
      const proposal = decode(bytes(v.proposal), readProposal);
      if (proposal.type === 'add') tree.add(proposal.keyPackage.leafNode);
      else if (proposal.type === 'remove') tree.remove(proposal.leafIndex);
      else if (proposal.type === 'update') {
        tree.blankPath(v.proposal_sender);
        tree.setLeaf(v.proposal_sender, proposal.leafNode);
      } else throw new Error(proposal.type);
      expect(hex(tree.encode())).toBe(v.tree_after);
      expect(hex(treeHash(suite, tree))).toBe(v.tree_hash_after);
      expect(hex(before.encode())).toBe(v.tree_before);
    }
    report('tree-operations', vectors.length);
  });

  it('tree validation', () => {
    const vectors = load<TreeValidation>('mls/tree-validation.json');
    for (const v of vectors) {
      const suite = suiteOf(v.cipher_suite);
      const tree = readTree(v.tree);
      v.resolutions.forEach((expected, node) => {
        expect(tree.resolution(node)).toEqual(expected);
        expect(hex(treeHash(suite, tree, node))).toBe(v.tree_hashes[node]);
      });
      checkParentHashes(suite, tree);
      for (const [leafIndex, leaf] of tree.leaves()) {
        expect(verifyLeafSignature(suite, leaf, { groupId: bytes(v.group_id), leafIndex })).toBe(true);
      }
    }
    report('tree-validation', vectors.length, `(suites ${[...new Set(vectors.map((v) => v.cipher_suite))]})`);
  });

  const treekem = load<TreeKem>('mls/treekem.json');
  it.each([...new Set(treekem.map((v) => v.cipher_suite))])(
    'treekem of suite %i',
    { timeout: 60_000 },
    (id) => {
      const suite = suiteOf(id);
      const vectors = treekem.filter((v) => v.cipher_suite === id);
      for (const v of vectors) {
        const before = readTree(v.ratchet_tree);
        const members = new Map(
          v.leaves_private.map((p) => {
            const keys = new Map([[p.index * 2, bytes(p.encryption_priv)]]);
            expect(suite.kem.publicOf(bytes(p.encryption_priv))).toEqual(before.leaf(p.index)?.encryptionKey);
            for (const { node, path_secret } of p.path_secrets) {
              const pair = nodeKeyPair(suite, bytes(path_secret));
              expect(pair.publicKey).toEqual(before.encryptionKey(node));
              keys.set(node, pair.privateKey);
            }
            return [p.index, { keys, signature: bytes(p.signature_priv) }] as const;
          }),
        );
        const groupId = bytes(v.group_id);
        const contextOf = (tree: RatchetTree): Uint8Array =>
          encodeGroupContext({
            suiteId: id,
            groupId,
            epoch: BigInt(v.epoch),
            treeHash: treeHash(suite, tree),
            confirmedTranscriptHash: bytes(v.confirmed_transcript_hash),
            extensions: [],
          });
        const none = new Set<number>();

        for (const u of v.update_paths) {
          const path = decode(bytes(u.update_path), readUpdatePath);
          const tree = before.copy();
          const steps = mergePath(suite, tree, u.sender, path, none);
          expect(hex(treeHash(suite, tree))).toBe(u.tree_hash_after);
          for (const [j, { keys }] of members) {
            if (j === u.sender) continue;
            const f = followPath(suite, tree, steps, path, j, keys, contextOf(tree), none);
            expect(hex(f.pathSecret)).toBe(u.path_secrets[j]);
            expect(hex(f.commitSecret)).toBe(u.commit_secret);
          }

          const ours = before.copy();
          const old = before.leaf(u.sender);
          const signer = members.get(u.sender);
          if (old === undefined || signer === undefined) throw new Error('sender');
          const made = createPath(suite, ours, u.sender, (encryptionKey, parentHash) =>
            signLeafNode(
              suite,
              { ...old, encryptionKey, source: { kind: 'commit', parentHash } },
              signer.signature,
              { groupId, leafIndex: u.sender },
            ),
          );
          const sealed = sealPath(suite, ours, made, contextOf(ours), none);
          const theirs = before.copy();
          const theirSteps = mergePath(suite, theirs, u.sender, sealed, none);
          expect(treeHash(suite, theirs)).toEqual(treeHash(suite, ours));
          for (const [j, { keys }] of members) {
            if (j === u.sender) continue;
            const f = followPath(suite, theirs, theirSteps, sealed, j, keys, contextOf(theirs), none);
            expect(hex(f.commitSecret)).toBe(hex(made.commitSecret));
          }
        }
      }
      report(`treekem of suite ${id}`, vectors.length);
    },
  );
});
