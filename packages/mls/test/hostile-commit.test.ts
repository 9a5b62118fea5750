import { describe, expect, it } from 'vitest';
import { encryptWithLabel } from '../src/crypto/hpke.ts';
import { createCommit } from '../src/group/createCommit.ts';
import { joinGroup } from '../src/group/joinGroup.ts';
import { generateKemPair } from '../src/group/member.ts';
import { acceptCommit } from '../src/group/pendingCommit.ts';
import type { GroupConfig } from '../src/group/policy.ts';
import { receiveMessage } from '../src/group/receiveMessage.ts';
import type { GroupState } from '../src/group/state.ts';
import { encodeGroupContext } from '../src/message/groupContext.ts';
import { decodeMessage, encodeMessage } from '../src/message/message.ts';
import type { Proposal } from '../src/message/proposal.ts';
import { mergePath } from '../src/tree/pathSecrets.ts';
import { treeHash } from '../src/tree/treeHash.ts';
import type { UpdatePath } from '../src/tree/updatePath.ts';
import { forgeCommit, forgeProposals, honestPath, refuses } from './forge.ts';
import { commit, config, newMember, room, text } from './room.ts';

const { suite } = config();
const add = (name = 'x'): Proposal & { type: 'add' } => ({
  type: 'add',
  keyPackage: newMember(suite, name).keyPackage,
});
const remove = (leafIndex: number): Proposal => ({ type: 'remove', leafIndex });
const nonce = new Uint8Array(32).fill(7);
const psk = (id: string, n = nonce): Proposal => ({
  type: 'psk',
  psk: { type: 'external', id: text(id), nonce: n },
});
const withPsk = (): GroupConfig => ({
  ...config(),
  psk: (name) =>
    name.type === 'external' && Buffer.from(name.id).toString() === 'known' ? text('key') : undefined,
});
const extensions = (): Proposal => ({ type: 'groupContextExtensions', extensions: [] });
const reInit = (version = 1): Proposal => ({
  type: 'reInit',
  groupId: text('next'),
  version,
  suiteId: 1,
  extensions: [],
});

/** Member 0 commits these proposals; member 1 of four receives the commit. */
function list(...proposals: Proposal[]): () => unknown {
  const [evil, honest] = room(4, withPsk()) as [GroupState, GroupState];
  return () => receiveMessage(honest, forgeProposals(evil, ...proposals));
}

describe('a list of proposals (§12.1, §12.2) is refused when it', () => {
  it('(control: these are accepted up to the tag)', () => {
    refuses('confirmationTag', list(add(), psk('known')));
  });
  it('has an update by the committer', () => {
    const [evil, honest] = room(4) as [GroupState, GroupState];
    const leafNode = evil.tree.leaf(0);
    if (leafNode === undefined) throw new Error('leaf');
    refuses('proposalListUpdate', () =>
      receiveMessage(honest, forgeProposals(evil, { type: 'update', leafNode })),
    );
  });
  it('removes the committer', () => refuses('proposalListSelfRemove', list(remove(0))));
  it('removes a leaf twice', () => refuses('proposalListSameLeaf', list(remove(2), remove(2))));
  it('removes a blank leaf or one beyond the tree', () => {
    for (const leaf of [4, 1_000_000, 0xffffffff]) refuses('removeTarget', list(remove(leaf)));
  });
  it('adds one client twice', () => {
    const once = add();
    refuses('proposalListSameClient', list(once, once));
  });
  it('adds a member', () => {
    const states = room(2);
    const member = newMember(suite, 'again');
    const joined = commit(states, 0, {}, [member]);
    const { keyPackage } = member;
    const [evil, honest] = joined as [GroupState, GroupState];
    refuses('proposalListMember', () =>
      receiveMessage(honest, forgeProposals(evil, { type: 'add', keyPackage })),
    );
  });
  it('names a pre-shared key twice', () => refuses('proposalListPsk', list(psk('known'), psk('known'))));
  it('has a nonce of the wrong length', () => refuses('pskNonce', list(psk('known', new Uint8Array(31)))));
  it('uses a resumption key for reinit or branch', () => {
    for (const usage of ['reinit', 'branch'] as const) {
      const id = { type: 'resumption', usage, groupId: text('group'), epoch: 0n, nonce } as const;
      refuses('pskUsage', list({ type: 'psk', psk: id }));
    }
  });
  it('names a key that is not available (§8.4)', () => refuses('pskUnknown', list(psk('unknown'))));
  it('replaces the extensions twice', () =>
    refuses('proposalListExtensions', list(extensions(), extensions())));
  it('has a reinit with another proposal, or to a lower version', () => {
    refuses('proposalListReInit', list(reInit(), add()));
    refuses('reInitVersion', list(reInit(0)));
  });
  it('has an external init', () =>
    refuses('proposalListExternalInit', list({ type: 'externalInit', kemOutput: text('x') })));
  it('is against the rule of the application', () => {
    const accepts = (proposals: readonly { proposal: Proposal }[]) =>
      proposals.every(({ proposal }) => proposal.type !== 'remove');
    const [evil, honest] = room(3, config(suite, { accepts })) as [GroupState, GroupState];
    refuses('proposalsRefused', () => receiveMessage(honest, forgeProposals(evil, remove(2))));
    refuses('proposalsRefused', () => createCommit(evil, { proposals: [remove(2)] }));
  });
  it('refers to a proposal that was never sent (§12.4)', () => {
    const [evil, honest] = room(2) as [GroupState, GroupState];
    const proposals = [{ type: 'reference', reference: new Uint8Array(32) }] as const;
    refuses('proposalUnknown', () =>
      receiveMessage(honest, forgeCommit(evil, { proposals, path: undefined })),
    );
  });
  it('makes the tree larger than the policy allows', () => {
    const [evil, honest] = room(4, config(suite, { maximumWidth: 4 })) as [GroupState, GroupState];
    refuses('tooLarge', () => receiveMessage(honest, forgeProposals(evil, add())));
  });
});

/** Member 0 commits with a changed path; member 1 of four receives it. */
function withPath(
  change: (path: UpdatePath, evil: GroupState, honest: GroupState) => UpdatePath | undefined,
) {
  let states = room(4);
  for (const by of [2, 3]) states = commit(states, by, {});
  const [evil, honest] = states as [GroupState, GroupState];
  const path = change(honestPath(evil), evil, honest);
  return () => receiveMessage(honest, forgeCommit(evil, { proposals: [], path }));
}

describe('a path (§7.5, §7.9, §12.4) is refused when', () => {
  it('(control: an honest one passes up to the tag)', () => {
    refuses(
      'confirmationTag',
      withPath((path) => path),
    );
  });
  it('it is missing from an empty commit, a removal, an update or a change of extensions', () => {
    refuses(
      'pathRequired',
      withPath(() => undefined),
    );
    refuses('pathRequired', list(remove(2)));
    refuses('pathRequired', list(extensions()));
    const removal = createCommit(room(3)[0] as GroupState, { proposals: [remove(2)] });
    expect(removal.state.pending?.tree.parent(1)).toBeDefined();
  });
  it('it is too short or too long', () => {
    refuses(
      'pathShape',
      withPath((path) => ({ ...path, nodes: path.nodes.slice(1) })),
    );
    refuses(
      'pathShape',
      withPath((path) => ({ ...path, nodes: [...path.nodes, otherNode()] })),
    );
  });
  it('a key is of the wrong length', () => {
    const [evil, , , honest] = room(4) as [GroupState, GroupState, GroupState, GroupState];
    const path = honestPath(evil);
    const nodes = path.nodes.map((node, i) => (i === 0 ? { ...node, encryptionKey: text('short') } : node));
    refuses('keyFormat', () =>
      receiveMessage(honest, forgeCommit(evil, { proposals: [], path: { ...path, nodes } })),
    );
  });
  it('a node has too few or too many ciphertexts', () => {
    const cut = (path: UpdatePath, length: number) => ({
      ...path,
      nodes: path.nodes.map((node) => ({
        ...node,
        encryptedPathSecret: Array.from({ length }, () => ({ kemOutput: text('k'), ciphertext: text('c') })),
      })),
    });
    refuses(
      'pathShape',
      withPath((path) => cut(path, 0)),
    );
    refuses(
      'pathShape',
      withPath((path) => cut(path, 9)),
    );
  });
  it('a key is already in the tree, or twice in the path', () => {
    const reuse = (key: Uint8Array) => (path: UpdatePath) => {
      const nodes = path.nodes.map((node, i) => (i === 0 ? { ...node, encryptionKey: key } : node));
      return { ...path, nodes };
    };
    refuses(
      'duplicateEncryptionKey',
      withPath((path, evil) => reuse(evil.tree.leaf(2)?.encryptionKey as Uint8Array)(path)),
    );
    refuses(
      'duplicateEncryptionKey',
      withPath((path) => reuse(path.nodes[1]?.encryptionKey as Uint8Array)(path)),
    );
  });
  it('the leaf carries another parent hash', () => {
    const otherKey = (path: UpdatePath) => {
      const nodes = path.nodes.map((node) => ({ ...node, encryptionKey: generateKemPair(suite).publicKey }));
      return { ...path, nodes };
    };
    refuses('parentHash', withPath(otherKey));
  });
  it('the secret does not fit the key, or does not open', () => {
    const swap = (path: UpdatePath) => {
      const [first, second, ...rest] = path.nodes;
      if (first === undefined || second === undefined) throw new Error('short');
      return {
        ...path,
        nodes: [{ ...first, encryptedPathSecret: second.encryptedPathSecret }, second, ...rest],
      };
    };
    // The ciphertext of another node does not open with our key; one of the wrong secret does not fit.
    expect(() => withPath(swap)()).toThrow();
    const flip = (path: UpdatePath) => {
      const nodes = path.nodes.map((node) => ({
        ...node,
        encryptedPathSecret: node.encryptedPathSecret.map((c) => ({
          ...c,
          ciphertext: flipped(c.ciphertext),
        })),
      }));
      return { ...path, nodes };
    };
    refuses('aeadOpen', withPath(flip));
    refuses('pathSecret', () => wrongSecret());
    const zero = (path: UpdatePath) => {
      const nodes = path.nodes.map((node) => ({
        ...node,
        encryptedPathSecret: node.encryptedPathSecret.map((c) => ({ ...c, kemOutput: new Uint8Array(32) })),
      }));
      return { ...path, nodes };
    };
    refuses('kem', withPath(zero));
  });
});

const otherNode = () => ({ encryptionKey: generateKemPair(suite).publicKey, encryptedPathSecret: [] });
function flipped(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[0] = (copy[0] as number) ^ 1;
  return copy;
}

/** A path whose ciphertexts hold a secret that is not the one of the public keys. */
function wrongSecret(): void {
  const [evil, honest] = room(2) as [GroupState, GroupState];
  const path = honestPath(evil);
  const { tree, context } = evil;
  const applied = tree.copy();
  mergePath(suite, applied, 0, path, new Set());
  const provisional = encodeGroupContext({
    ...context,
    epoch: context.epoch + 1n,
    treeHash: treeHash(suite, applied),
  });
  const recipient = tree.encryptionKey(2) as Uint8Array;
  const sealed = encryptWithLabel(suite, recipient, 'UpdatePathNode', provisional, new Uint8Array(32));
  const nodes = path.nodes.map((node) => ({ ...node, encryptedPathSecret: [sealed] }));
  receiveMessage(honest, forgeCommit(evil, { proposals: [], path: { ...path, nodes } }));
}

describe('a commit (§8, §12.4) is refused when', () => {
  it('its confirmation tag is missing or wrong', () => {
    refuses('confirmationTag', list(add()));
  });
  it('it is applied with another pre-shared key than its committer had', () => {
    const [a, b] = room(2, withPsk()) as [GroupState, GroupState];
    const { send } = createCommit(a, { proposals: [psk('known')] });
    expect(receiveMessage(b, send.commit).kind).toBe('commit');
    const other = { ...b, config: { ...b.config, psk: () => text('another key') } };
    refuses('confirmationTag', () => receiveMessage(other, send.commit));
  });
  it('it comes twice, or from an epoch before', () => {
    const [a, b] = room(2) as [GroupState, GroupState];
    const { send } = createCommit(a);
    const got = receiveMessage(b, send.commit);
    if (got.kind !== 'commit') throw new Error(got.kind);
    refuses('wrongEpoch', () => receiveMessage(got.state, send.commit));
  });
});

describe('a removal (§12.4.2)', () => {
  it('with a path that is not valid does not make its target leave', () => {
    const [evil, , target] = room(3) as [GroupState, GroupState, GroupState];
    const proposal = { proposal: remove(2), sender: { type: 'member', leafIndex: 0 } } as const;
    const path = honestPath(evil, [proposal]);
    const proposals = [{ type: 'proposal', proposal: remove(2) }] as const;
    const honest = forgeCommit(evil, { proposals, path });
    expect(receiveMessage(target, honest).kind).toBe('removed');
    const short = forgeCommit(evil, { proposals, path: { ...path, nodes: [] } });
    refuses('pathShape', () => receiveMessage(target, short));
    const foreign = { ...path, leafNode: newMember(suite, 'x').keyPackage.leafNode };
    refuses('leafSource', () => receiveMessage(target, forgeCommit(evil, { proposals, path: foreign })));
  });
});

describe('a removal beside a pre-shared key that its target does not have', () => {
  it('is still seen by the target, who needs no key any more', () => {
    const [a, b] = room(3, withPsk()) as [GroupState, GroupState];
    const { send } = createCommit(a, { proposals: [remove(1), psk('known')] });
    const without = { ...b, config: config() };
    expect(receiveMessage(without, send.commit).kind).toBe('removed');
  });
});

describe('a welcome (§12.4.3.1) is refused when', () => {
  const invite = () => {
    const member = newMember(suite, 'new');
    const { state, send } = createCommit(room(2)[0] as GroupState, {
      proposals: [{ type: 'add', keyPackage: member.keyPackage }],
    });
    return { member, state: acceptCommit(state).state, welcome: send.welcome as Uint8Array };
  };
  it('it is for someone else', () => {
    const { welcome } = invite();
    refuses('welcomeNotForUs', () =>
      joinGroup({ config: config(), welcome, member: newMember(suite, 'other') }),
    );
  });
  it('its encrypted parts are altered', () => {
    const { welcome, member } = invite();
    const message = decodeMessage(welcome);
    if (message.type !== 'welcome') throw new Error(message.type);
    const altered = { ...message.welcome, encryptedGroupInfo: flipped(message.welcome.encryptedGroupInfo) };
    const bytes = encodeMessage({ type: 'welcome', welcome: altered });
    refuses('aeadOpen', () => joinGroup({ config: config(), welcome: bytes, member }));
  });
  it('its tree does not contain the leaf of the key package', () => {
    const { welcome, member } = invite();
    const { keyPackage } = newMember(suite, 'impostor', {
      signatureKeys: suite.signature.generate(),
    });
    const changed = { ...member, keyPackage: { ...member.keyPackage, leafNode: keyPackage.leafNode } };
    refuses('welcomeLeaf', () => joinGroup({ config: config(), welcome, member: changed }));
  });
  it('it is of another suite', () => {
    const { welcome, member } = invite();
    const bytes = Uint8Array.from(welcome);
    bytes[5] = 3;
    refuses('wrongSuite', () => joinGroup({ config: config(), welcome: bytes, member }));
  });
});
