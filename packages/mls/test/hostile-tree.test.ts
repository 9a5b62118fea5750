import { describe, expect, it } from 'vitest';
import { decode, Reader } from '../src/codec/reader.ts';
import { encode, Writer } from '../src/codec/writer.ts';
import { validatedTree } from '../src/group/joinGroup.ts';
import { generateKemPair } from '../src/group/member.ts';
import type { GroupState } from '../src/group/state.ts';
import { type GroupInfo, signGroupInfo } from '../src/message/groupInfo.ts';
import { writeParentNode } from '../src/tree/parentNode.ts';
import { RatchetTree } from '../src/tree/ratchetTree.ts';
import { treeHash } from '../src/tree/treeHash.ts';
import { refuses } from './forge.ts';
import { commit, config, newMember, room, text } from './room.ts';

const { suite } = config();

/** A room of eight whose tree has parent nodes and one unmerged leaf. */
function warm(): GroupState {
  let states = room(7);
  for (const by of [0, 2, 4, 6]) states = commit(states, by, {});
  states = commit(states, 1, {}, [newMember(suite, 'late')]);
  return states[0] as GroupState;
}

/** What a malicious inviter shows: a tree of its making, hashed and signed by itself. */
function show(state: GroupState, tree: RatchetTree, change: Partial<GroupInfo> = {}): () => RatchetTree {
  const context = { ...state.context, treeHash: treeHash(suite, tree) };
  const content = {
    context,
    extensions: [],
    confirmationTag: text('tag'),
    signer: state.self.leafIndex,
    ...change,
  };
  const info = signGroupInfo(suite, content, state.self.signaturePrivateKey);
  const encoded = tree.encode();
  return () => validatedTree(config(), info, encoded);
}

const parentIn = (tree: RatchetTree, node: number) => {
  const parent = tree.parent(node);
  if (parent === undefined) throw new Error(`node ${node} is blank`);
  return parent;
};

describe('a tree shown to a newcomer (§7.9, §12.4.3.1)', () => {
  it('is accepted as it is', () => {
    const state = warm();
    expect([...state.tree.parents()].some(([, p]) => p.unmergedLeaves.length > 0)).toBe(true);
    expect(show(state, state.tree)().width).toBe(8);
  });

  it('is refused when a parent hash is changed', () => {
    const state = warm();
    for (const [node] of state.tree.parents()) {
      const tree = state.tree.copy();
      tree.setParent(node, { ...parentIn(tree, node), parentHash: new Uint8Array(32) });
      if (Buffer.compare(parentIn(state.tree, node).parentHash, new Uint8Array(32)) !== 0) {
        refuses('parentHash', show(state, tree));
      }
    }
  });

  it('is refused when a node has a key that nobody below introduced', () => {
    const state = warm();
    for (const [node] of state.tree.parents()) {
      const tree = state.tree.copy();
      const { publicKey } = generateKemPair(suite);
      tree.setParent(node, { ...parentIn(tree, node), encryptionKey: publicKey });
      refuses('parentHash', show(state, tree));
    }
  });

  it('is refused when a node is put where it was blank', () => {
    const state = room(4)[0] as GroupState;
    const tree = state.tree.copy();
    const { publicKey } = generateKemPair(suite);
    tree.setParent(1, { encryptionKey: publicKey, parentHash: new Uint8Array(0), unmergedLeaves: [] });
    refuses('parentHash', show(state, tree));
  });

  it('is refused when unmerged leaves are no members below, or are missing in between', () => {
    const state = warm();
    const [node, parent] = [...state.tree.parents()].find(([n]) => n === state.tree.root) ?? [];
    if (node === undefined || parent === undefined) throw new Error('root is blank');
    for (const leaf of [9, 200_000, 0xffffffff]) {
      const tree = state.tree.copy();
      tree.setParent(node, { ...parent, unmergedLeaves: [leaf] });
      refuses('unmergedLeaves', show(state, tree));
    }
    const below = [...state.tree.parents()].find(([n, p]) => n !== node && p.unmergedLeaves.length > 0);
    if (below === undefined) throw new Error('no unmerged leaf');
    const tree = state.tree.copy();
    tree.setParent(below[0], { ...below[1], unmergedLeaves: [] });
    refuses('unmergedLeaves', show(state, tree));
  });

  it('is refused when unmerged leaves do not ascend', () => {
    const node = { encryptionKey: text('k'), parentHash: text(''), unmergedLeaves: [3, 2] };
    const leaf = newMember(suite, 'x').keyPackage.leafNode.encoded;
    const other = newMember(suite, 'y').keyPackage.leafNode.encoded;
    const encoded = encode(undefined, (w) => {
      w.vector((v) => {
        v.u8(1).u8(1).raw(leaf).u8(1).u8(2);
        writeParentNode(v, node);
        v.u8(1).u8(1).raw(other);
      });
    });
    refuses('unmergedLeaves', () => decode(encoded, RatchetTree.read));
  });

  it('is refused when a leaf is altered, or the hash is not the one of the context', () => {
    const state = warm();
    const other = show(state, state.tree, { context: { ...state.context, treeHash: new Uint8Array(32) } });
    refuses('treeHash', other);
    const cold = room(4)[0] as GroupState;
    const tree = cold.tree.copy();
    const leaf = tree.leaf(3);
    if (leaf === undefined) throw new Error('leaf');
    const encoded = Uint8Array.from(leaf.encoded);
    encoded[encoded.length - 5] = (encoded[encoded.length - 5] as number) ^ 1;
    tree.setLeaf(3, RatchetTree.read(wrap(encoded)).leaf(0) ?? leaf);
    refuses('leafSignature', show(cold, tree));
  });

  it('is refused when a key appears twice', () => {
    const state = warm();
    const leaf = state.tree.leaf(3)?.encoded ?? text('');
    const twice = encode(undefined, (w) => {
      w.vector((v) => v.u8(1).u8(1).raw(leaf).u8(0).u8(1).u8(1).raw(leaf));
    });
    refuses('duplicateEncryptionKey', () => decode(twice, RatchetTree.read));
    const keys = suite.signature.generate();
    const [a, b] = ['a', 'b'].map(
      (n) => newMember(suite, n, { signatureKeys: keys }).keyPackage.leafNode.encoded,
    );
    const sameSigner = encode(undefined, (w) => {
      w.vector((v) =>
        v
          .u8(1)
          .u8(1)
          .raw(a as Uint8Array)
          .u8(0)
          .u8(1)
          .u8(1)
          .raw(b as Uint8Array),
      );
    });
    refuses('duplicateSignatureKey', () => decode(sameSigner, RatchetTree.read));
  });

  it('is refused when nodes are in the wrong place or it ends in a blank', () => {
    const leaf = newMember(suite, 'x').keyPackage.leafNode.encoded;
    const tree = (write: (w: Writer) => void) => new Writer().vector(write).finish();
    const parent = (w: Writer) => w.u8(1).u8(2).opaque(text('k')).opaque(text('')).u8(0);
    refuses('unknownNodeType', () =>
      decode(
        tree((w) => parent(w)),
        RatchetTree.read,
      ),
    );
    refuses('unknownNodeType', () =>
      decode(
        tree((w) => w.u8(0).u8(1).u8(1).raw(leaf)),
        RatchetTree.read,
      ),
    );
    refuses('treeShape', () =>
      decode(
        tree((w) => w.u8(1).u8(1).raw(leaf).u8(0)),
        RatchetTree.read,
      ),
    );
    refuses('treeShape', () =>
      decode(
        tree(() => undefined),
        RatchetTree.read,
      ),
    );
    // A parent at the end has nobody on its right; room for two and a half leaves would make every walk endless.
    refuses('treeShape', () =>
      decode(
        tree((w) => parent(w.u8(1).u8(1).raw(leaf))),
        RatchetTree.read,
      ),
    );
  });

  it('is refused before it takes space when it claims room for millions of members', () => {
    const { context, self } = room(1)[0] as GroupState;
    const content = { context, extensions: [], confirmationTag: text(''), signer: 0 };
    const info = signGroupInfo(suite, content, self.signaturePrivateKey);
    const leaf = newMember(suite, 'x').keyPackage.leafNode.encoded;
    const wide = new Writer().vector((w) => w.zeros(4_000_000).u8(1).u8(1).raw(leaf)).finish();
    const before = process.memoryUsage().heapUsed;
    refuses('tooLarge', () => validatedTree(config(), info, wide));
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(10_000_000);
  });

  it('is refused when its signer is blank or did not sign', () => {
    const state = warm();
    refuses('groupInfoSigner', show(state, state.tree, { signer: 77 }));
    refuses('groupInfoSigner', show(state, state.tree, { signer: 0xffffffff }));
    refuses('signature', show(state, state.tree, { signer: 3 }));
  });

  it('is refused when it is larger than the policy allows, or missing', () => {
    const state = warm();
    const content = { context: state.context, extensions: [], confirmationTag: text(''), signer: 0 };
    const info = signGroupInfo(suite, content, state.self.signaturePrivateKey);
    const small = config(suite, { maximumWidth: 4 });
    refuses('tooLarge', () => validatedTree(small, info, state.tree.encode()));
    refuses('welcomeTree', () => validatedTree(config(), info, undefined));
  });
});

/** A tree of one leaf around an encoded leaf. */
function wrap(leaf: Uint8Array): Reader {
  return new Reader(new Writer().vector((v) => v.u8(1).u8(1).raw(leaf)).finish());
}
