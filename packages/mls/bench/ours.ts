import { randomBytes } from 'node:crypto';
import { erase } from '../src/codec/bytes.ts';
import type { Suite } from '../src/crypto/suite.ts';
import { createCommit } from '../src/group/createCommit.ts';
import { createGroup } from '../src/group/createGroup.ts';
import { joinGroup } from '../src/group/joinGroup.ts';
import { createKeyPackage, type Member } from '../src/group/member.ts';
import { sealMessage } from '../src/group/message.ts';
import { acceptCommit } from '../src/group/pendingCommit.ts';
import { type GroupConfig, strictPolicy } from '../src/group/policy.ts';
import { receiveMessage } from '../src/group/receiveMessage.ts';
import type { GroupState } from '../src/group/state.ts';
import { basicCredential } from '../src/message/credential.ts';
import { recordChanges, recordsOf, restoreGroup } from '../src/store/records.ts';
import { cost, costOf, cpu } from './measure.ts';

/** What is measured: CPU microseconds or octets, by name. The same names for every implementation. */
export type Figures = Record<string, number>;

export const config = (suite: Suite): GroupConfig => ({
  suite,
  authentication: { isValid: () => true, isSuccessor: () => true },
  policy: strictPolicy,
});

const now = strictPolicy.now();
export function newMember(suite: Suite, name: string): Member {
  const lifetime = { notBefore: now - 60n, notAfter: now + 86_400n };
  return createKeyPackage({ suite, credential: basicCredential(Buffer.from(name)), lifetime });
}

export const adds = (members: readonly Member[]) =>
  members.map(({ keyPackage }) => ({ type: 'add', keyPackage }) as const);

/** The same epoch through the eyes of another member, whose leaf keys we hold. */
function puppet(state: GroupState, leafIndex: number, member: Member): GroupState {
  const { encryptionPrivateKey, signaturePrivateKey } = member.secrets;
  const privateKeys = new Map([[leafIndex * 2, encryptionPrivateKey]]);
  return { ...state, pending: undefined, self: { leafIndex, signaturePrivateKey, privateKeys } };
}

function follow(state: GroupState, commit: Uint8Array): GroupState {
  const got = receiveMessage(state, commit);
  if (got.kind !== 'commit') throw new Error(got.kind);
  return got.state;
}

/** Every second member commits once, so that every node of the tree has a key. */
function warmed(pair: [GroupState, GroupState], members: readonly Member[]): [GroupState, GroupState] {
  let [a, b] = pair;
  const bits = Math.ceil(Math.log2(members.length + 1));
  const order = Array.from({ length: members.length + 1 }, (_, i) => i)
    .filter((i) => i % 2 === 0 && i > 1)
    // Bit-reversed: halves first, so that later paths find nodes instead of leaves.
    .sort((x, y) => reversed(x, bits) - reversed(y, bits));
  for (const leaf of order) {
    const { send } = createCommit(puppet(a, leaf, members[leaf - 1] as Member));
    a = follow(a, send.commit);
    b = follow(b, send.commit);
  }
  for (const first of [true, false]) {
    const made = createCommit(first ? a : b);
    const other = follow(first ? b : a, made.send.commit);
    const own = acceptCommit(made.state).state;
    [a, b] = first ? [own, other] : [other, own];
  }
  return [a, b];
}

const reversed = (value: number, bits: number): number =>
  Number.parseInt(value.toString(2).padStart(bits, '0').split('').reverse().join(''), 2);

/** A copy that shares nothing: no key is imported, no hash is cached. */
const cold = (state: GroupState): GroupState => restoreGroup(recordsOf(state), state.config);

function messages(pair: [GroupState, GroupState], figures: Figures): void {
  let [a, b] = pair;
  const data = randomBytes(100);
  const sent: Uint8Array[] = [];
  figures['seal 100 B'] = cost(40, 50, () => {
    const { state, send, erase: used } = sealMessage(a, data);
    erase(used);
    a = state;
    sent.push(send);
  });
  let at = 0;
  figures['open 100 B'] = cost(40, 50, () => {
    const got = receiveMessage(b, sent[at++] as Uint8Array);
    if (got.kind !== 'application') throw new Error(got.kind);
    erase(got.erase);
    b = got.state;
  });
  figures['message, bytes'] = sent[0]?.length ?? 0;
  const after = sealMessage(a, data).state;
  const before = a;
  figures['save after a message'] = cost(20, 50, () => recordChanges(before, after));
  const { put } = recordChanges(before, after);
  figures['saved, bytes'] = [...put].reduce((sum, [name, bytes]) => sum + name.length + bytes.length, 0);
}

export function measureOurs(suite: Suite, size: number): Figures {
  const figures: Figures = {};
  const of = config(suite);
  const members = Array.from({ length: size - 1 }, (_, i) => newMember(suite, `member ${i + 1}`));
  const founder = createGroup({
    config: of,
    groupId: Buffer.from('bench'),
    member: newMember(suite, 'founder'),
  });

  const made = createCommit(founder, { proposals: adds(members) });
  const a = acceptCommit(made.state).state;
  const welcome = made.send.welcome as Uint8Array;
  const first = members[0] as Member;
  const b = joinGroup({ config: of, welcome, member: first }).state;
  const few = size >= 1000 ? 6 : 12;

  const joiner = newMember(suite, 'joiner');
  const add = { proposals: adds([joiner]) };
  figures['add-commit'] = costOf(
    few * 2,
    () => a,
    (s) => acceptCommit(createCommit(s, add).state),
  );
  const added = createCommit(a, add);
  figures['add-commit, bytes'] = added.send.commit.length;
  figures['welcome, bytes'] = added.send.welcome?.length ?? 0;
  figures['process add'] = costOf(
    few * 2,
    () => b,
    (s) => receiveMessage(s, added.send.commit),
  );
  const invitation = added.send.welcome as Uint8Array;
  figures['join'] = costOf(
    few,
    () => 0,
    () => joinGroup({ config: of, welcome: invitation, member: joiner }),
  );

  figures['update, cold tree'] = costOf(
    few,
    () => cold(a),
    (s) => createCommit(s),
  );
  const coldUpdate = createCommit(a);
  figures['cold update, bytes'] = coldUpdate.send.commit.length;
  figures['process cold update'] = costOf(
    few,
    () => b,
    (s) => receiveMessage(s, coldUpdate.send.commit),
  );

  const [wa, wb] = warmed([a, b], members);
  figures['update, warm tree'] = costOf(
    few * 3,
    () => wa,
    (s) => createCommit(s),
  );
  const update = createCommit(wa);
  figures['warm update, bytes'] = update.send.commit.length;
  figures['process update'] = costOf(
    few * 3,
    () => wb,
    (s) => receiveMessage(s, update.send.commit),
  );

  messages([wa, wb], figures);
  return figures;
}

/** A founder adds 1,000 members, a hundred to a commit. */
export function measureBuild(suite: Suite): number {
  const members = Array.from({ length: 999 }, (_, i) => newMember(suite, `member ${i + 1}`));
  let state = createGroup({
    config: config(suite),
    groupId: Buffer.from('b'),
    member: newMember(suite, 'f'),
  });
  return cpu(() => {
    for (let at = 0; at < members.length; at += 100) {
      const made = createCommit(state, { proposals: adds(members.slice(at, at + 100)) });
      state = acceptCommit(made.state).state;
    }
  });
}
