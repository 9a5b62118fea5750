import { describe, it } from 'vitest';
import { createGroup } from '../src/group/createGroup.ts';
import { createKeyPackage, type KeyPackageOptions, type Member } from '../src/group/member.ts';
import { type GroupConfig, strictPolicy } from '../src/group/policy.ts';
import { protect, signOwn } from '../src/group/protect.ts';
import { receiveMessage } from '../src/group/receiveMessage.ts';
import type { GroupState } from '../src/group/state.ts';
import { basicCredential } from '../src/message/credential.ts';
import { requiredCapabilitiesExtension } from '../src/message/extension.ts';
import { proposalRef } from '../src/message/framing.ts';
import { type KeyPackage, signKeyPackage } from '../src/message/keyPackage.ts';
import { type LeafNode, type LeafNodeContent, signLeafNode } from '../src/tree/leafNode.ts';
import { forgeCommit, forgeProposals, honestPath, refuses } from './forge.ts';
import { commit, config, lifetime, newMember, room, text } from './room.ts';

const { suite } = config();

/** A key package whose leaf was changed and signed again by its owner. */
function withLeaf(
  change: (leaf: LeafNodeContent) => LeafNodeContent,
  member = newMember(suite, 'evil'),
): KeyPackage {
  const { leafNode, initKey, extensions } = member.keyPackage;
  const secret = member.secrets.signaturePrivateKey;
  const changed = change(leafNode);
  const position = { groupId: text('group'), leafIndex: 0 };
  const leaf = signLeafNode(suite, changed, secret, position);
  return signKeyPackage(suite, { initKey, leafNode: leaf, extensions }, secret);
}

function withOptions(options: Partial<KeyPackageOptions>): KeyPackage {
  return createKeyPackage({
    suite,
    credential: basicCredential(text('evil')),
    lifetime: lifetime(),
    ...options,
  }).keyPackage;
}

/** Has member 0 commit to adding the key package, and member 1 receive it. */
function add(keyPackage: KeyPackage, states: GroupState[] = room(2)): () => unknown {
  const [evil, honest] = states as [GroupState, GroupState];
  return () => receiveMessage(honest, forgeProposals(evil, { type: 'add', keyPackage }));
}

const refusing = (change: Partial<GroupConfig['authentication']>): GroupConfig => {
  const of = config();
  return { ...of, authentication: { ...of.authentication, ...change } };
};

describe('a leaf in a key package (§7.3, §10.1) is refused when', () => {
  it('(control: an honest one passes; the forged commit then fails at its tag)', () =>
    refuses('confirmationTag', add(withOptions({}))));

  it('its source is not key_package', () =>
    refuses('leafSource', add(withLeaf((leaf) => ({ ...leaf, source: { kind: 'update' } })))));

  it('its signature is not by its key', () => {
    const { leafNode, initKey } = newMember(suite, 'victim').keyPackage;
    const other = suite.signature.generate();
    const leaf = signLeafNode(suite, leafNode, other.privateKey);
    refuses(
      'leafSignature',
      add(signKeyPackage(suite, { initKey, leafNode: leaf, extensions: [] }, other.privateKey)),
    );
  });

  it('the authentication service refuses its credential', () => {
    const isValid = (c: { identity?: Uint8Array }) => Buffer.from(c.identity ?? []).toString() !== 'evil';
    const states = room(2, refusing({ isValid: isValid as GroupConfig['authentication']['isValid'] }));
    refuses('leafCredential', add(withOptions({}), states));
  });

  it('it does not support its own credential type, or one in use', () => {
    const capabilities = (credentials: number[]) => (leaf: LeafNodeContent) => ({
      ...leaf,
      capabilities: { ...leaf.capabilities, credentials },
    });
    refuses('leafCredentialSupport', add(withLeaf(capabilities([2]))));
    const x509 = { type: 2, certificates: [text('certificate')] } as const;
    refuses('leafCredentialSupport', add(withOptions({ credential: x509 })));
    refuses(
      'leafCredentialSupport',
      add(withOptions({ credential: x509, capabilities: { credentials: [1] } })),
    );
  });

  it('it does not support the suite or the version', () => {
    const none = (key: 'suites' | 'versions') => (leaf: LeafNodeContent) => ({
      ...leaf,
      capabilities: { ...leaf.capabilities, [key]: [7] },
    });
    refuses('leafSuite', add(withLeaf(none('suites'))));
    refuses('leafSuite', add(withLeaf(none('versions'))));
  });

  it('it carries an extension that its capabilities do not list', () =>
    refuses(
      'leafExtensions',
      add(withLeaf((leaf) => ({ ...leaf, extensions: [{ type: 0xff09, data: text('x') }] }))),
    ));

  it('it lacks what the group requires', () => {
    const required = requiredCapabilitiesExtension({
      extensions: [0xff01],
      proposals: [0xff02],
      credentials: [1],
    });
    const capabilities = { extensions: [0xff01], proposals: [0xff02] };
    const founder = newMember(suite, 'm0', { capabilities });
    const second = newMember(suite, 'm1', { capabilities });
    const group = createGroup({
      config: config(),
      groupId: text('g'),
      member: founder,
      extensions: [required],
    });
    const states = commit([group], 0, {}, [second]);
    refuses('leafRequiredCapabilities', add(withOptions({}), states));
    refuses('leafRequiredCapabilities', add(withOptions({ capabilities: { extensions: [0xff01] } }), states));
  });

  it('it does not support an extension of the group context (§13.4)', () => {
    const capabilities = { extensions: [0xff01] };
    const founder = newMember(suite, 'm0', { capabilities });
    const extensions = [{ type: 0xff01, data: text('room') }];
    const group = createGroup({ config: config(), groupId: text('g'), member: founder, extensions });
    const states = commit([group], 0, {}, [newMember(suite, 'm1', { capabilities })]);
    refuses('leafGroupExtensions', add(withOptions({}), states));
  });

  it('it is expired, not valid yet, or valid for too long', () => {
    const now = strictPolicy.now();
    const day = 86_400n;
    for (const [notBefore, notAfter] of [
      [now - 3n * day, now - 2n * day],
      [now + day, now + 2n * day],
      [now - day, now + 200n * day],
      [now, now - 1n],
    ] as const) {
      refuses('leafLifetime', add(withOptions({ lifetime: { notBefore, notAfter } })));
    }
  });

  it('its signature key or encryption key is in use', () => {
    const states = room(2);
    const used = states[1]?.tree.leaf(0);
    if (used === undefined) throw new Error('leaf');
    const { encryptionKey } = used;
    refuses(
      'duplicateEncryptionKey',
      add(
        withLeaf((leaf) => ({ ...leaf, encryptionKey })),
        states,
      ),
    );
  });

  it('its encryption key cannot be sealed to', () => {
    for (const [key, code] of [
      [text('short'), 'keyFormat'],
      [new Uint8Array(32), 'kem'],
    ] as const) {
      refuses(code, add(withLeaf((leaf) => ({ ...leaf, encryptionKey: key }))));
    }
  });

  it('its suite or version is another', () => {
    const honest = newMember(suite, 'x').keyPackage;
    refuses('wrongSuite', add({ ...honest, suiteId: 3, encoded: patched(honest, 3, 3) }));
    refuses('wrongVersion', add({ ...honest, version: 2, encoded: patched(honest, 1, 2) }));
  });

  it('its init key is its encryption key', () => {
    const member = newMember(suite, 'x');
    const { leafNode } = member.keyPackage;
    const same = { initKey: leafNode.encryptionKey, leafNode, extensions: [] };
    refuses('keyPackageInitKey', add(signKeyPackage(suite, same, member.secrets.signaturePrivateKey)));
  });

  it('the key package is not signed by its leaf', () => {
    const { keyPackage } = newMember(suite, 'x');
    const forged = signKeyPackage(suite, keyPackage, suite.signature.generate().privateKey);
    refuses('keyPackageSignature', add(forged));
  });

  it('it has two extensions of one type (§13.4)', () => {
    const twice = [
      { type: 0xff01, data: text('a') },
      { type: 0xff01, data: text('b') },
    ];
    refuses('duplicateExtension', add(withOptions({ leafExtensions: twice })));
  });
});

/** The encoding with one octet changed. */
function patched(keyPackage: KeyPackage, at: number, value: number): Uint8Array {
  const encoded = Uint8Array.from(keyPackage.encoded);
  encoded[at] = value;
  return encoded;
}

describe('a leaf in a path or an update (§7.3) is refused when', () => {
  const send = (change: (leaf: LeafNodeContent) => LeafNodeContent, of = config()): (() => unknown) => {
    const [evil, honest] = room(3, of) as [GroupState, GroupState];
    const path = honestPath(evil);
    const position = { groupId: evil.context.groupId, leafIndex: 0 };
    const leafNode = signLeafNode(suite, change(path.leafNode), evil.self.signaturePrivateKey, position);
    return () => receiveMessage(honest, forgeCommit(evil, { proposals: [], path: { ...path, leafNode } }));
  };

  it('its source does not fit', () => {
    refuses(
      'leafSource',
      send((leaf) => ({ ...leaf, source: { kind: 'update' } })),
    );
    refuses(
      'leafSource',
      send((leaf) => ({ ...leaf, source: { kind: 'keyPackage', lifetime: lifetime() } })),
    );
  });

  it('its signature covers another place', () => {
    const [evil, honest] = room(3) as [GroupState, GroupState];
    const path = honestPath(evil);
    for (const position of [
      { groupId: evil.context.groupId, leafIndex: 1 },
      { groupId: text('other'), leafIndex: 0 },
    ]) {
      const leafNode = signLeafNode(suite, path.leafNode, evil.self.signaturePrivateKey, position);
      const forged = forgeCommit(evil, { proposals: [], path: { ...path, leafNode } });
      refuses('leafSignature', () => receiveMessage(honest, forged));
    }
  });

  it('it keeps its encryption key', () => {
    const states = room(3);
    const old = states[0]?.tree.leaf(0)?.encryptionKey as Uint8Array;
    const [evil, honest] = states as [GroupState, GroupState];
    const path = honestPath(evil);
    const position = { groupId: evil.context.groupId, leafIndex: 0 };
    const kept = { ...path.leafNode, encryptionKey: old };
    const leafNode = signLeafNode(suite, kept, evil.self.signaturePrivateKey, position);
    const forged = forgeCommit(evil, { proposals: [], path: { ...path, leafNode } });
    refuses('encryptionKeyReused', () => receiveMessage(honest, forged));
  });

  it('it takes the signature key of another member', () => {
    const [evil, honest] = room(3) as [GroupState, GroupState];
    const other = honest.tree.leaf(2)?.signatureKey as Uint8Array;
    // Its own signature would not verify; as a key package of its own it does, with the key of a member.
    const stolen: Member = newMember(suite, 's', {
      signatureKeys: { publicKey: other, privateKey: evil.self.signaturePrivateKey },
    });
    const forged = forgeProposals(evil, { type: 'add', keyPackage: stolen.keyPackage });
    refuses('proposalListMember', () => receiveMessage(honest, forged));
  });

  it('its encryption key cannot be sealed to: the next path would fail for everyone', () => {
    refuses(
      'kem',
      send((leaf) => ({ ...leaf, encryptionKey: new Uint8Array(32) })),
    );
  });

  it('its owner becomes someone else', () => {
    const isSuccessor = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
    const change = (leaf: LeafNodeContent) => ({
      ...leaf,
      credential: basicCredential(text('someone else')),
    });
    refuses('leafCredential', send(change, refusing({ isSuccessor })));
  });

  it('(control: who keeps its credential needs no successor)', () => {
    const never = refusing({ isSuccessor: () => false });
    refuses(
      'confirmationTag',
      send((leaf) => leaf, never),
    );
    const change = (leaf: LeafNodeContent) => ({ ...leaf, credential: basicCredential(text('another')) });
    refuses('leafCredential', send(change, never));
  });

  it('an update has the source of a commit, or keeps its key', () => {
    const states = room(3);
    const [evil] = states as [GroupState];
    const old = evil.tree.leaf(0);
    if (old === undefined) throw new Error('leaf');
    const position = { groupId: evil.context.groupId, leafIndex: 0 };
    for (const [source, code] of [
      [{ kind: 'commit', parentHash: text('') }, 'leafSource'],
      [{ kind: 'update' }, 'encryptionKeyReused'],
    ] as const) {
      const leafNode = signLeafNode(suite, { ...old, source }, evil.self.signaturePrivateKey, position);
      // An honest member commits it by reference: the receivers refuse what the committer let pass.
      refuses(code, () => referred(states, leafNode));
    }
  });
});

/** Member 0 proposes an update with this leaf, member 1 commits it, member 2 receives both. */
function referred(states: GroupState[], leafNode: LeafNode): void {
  const [evil, committer, honest] = states as [GroupState, GroupState, GroupState];
  const body = { type: 'proposal', proposal: { type: 'update', leafNode } } as const;
  const sent = protect(evil, signOwn(evil, body, new Uint8Array(0), 'private'));
  const got = receiveMessage(honest, sent.message);
  if (got.kind !== 'proposal') throw new Error(got.kind);
  const reference = proposalRef(suite, sent.content);
  const forged = forgeCommit(committer, {
    proposals: [{ type: 'reference', reference }],
    path: undefined,
  });
  receiveMessage(got.state, forged);
}
