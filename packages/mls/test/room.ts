import { type Suite, suiteOf } from '../src/crypto/suite.ts';
import { type CommitOptions, createCommit } from '../src/group/createCommit.ts';
import { createGroup } from '../src/group/createGroup.ts';
import { joinGroup } from '../src/group/joinGroup.ts';
import { createKeyPackage, type KeyPackageOptions, type Member } from '../src/group/member.ts';
import { acceptCommit } from '../src/group/pendingCommit.ts';
import { type GroupConfig, type GroupPolicy, strictPolicy } from '../src/group/policy.ts';
import { receiveMessage } from '../src/group/receiveMessage.ts';
import type { GroupState } from '../src/group/state.ts';
import { basicCredential } from '../src/message/credential.ts';

/** A room of several members in one process, for tests. */

export const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));
export const string = (value: Uint8Array): string => Buffer.from(value).toString();

/** Accepts every credential: tests of the protocol, not of identity. */
export const unsafeAcceptAll = { isValid: () => true, isSuccessor: () => true };

export const config = (suite: Suite = suiteOf(1), policy: Partial<GroupPolicy> = {}): GroupConfig => ({
  suite,
  authentication: unsafeAcceptAll,
  policy: { ...strictPolicy, ...policy },
});

export function lifetime(): { notBefore: bigint; notAfter: bigint } {
  const now = strictPolicy.now();
  return { notBefore: now - 60n, notAfter: now + 86_400n };
}

export function newMember(suite: Suite, name: string, options: Partial<KeyPackageOptions> = {}): Member {
  return createKeyPackage({
    suite,
    credential: basicCredential(text(name)),
    lifetime: lifetime(),
    ...options,
  });
}

export function newGroup(of: GroupConfig, name = 'm0', groupId = 'group'): GroupState {
  return createGroup({ config: of, groupId: text(groupId), member: newMember(of.suite, name) });
}

/** Commits with `states[by]`, lets all others process it and the added ones join. Returns all states. */
export function commit(
  states: readonly GroupState[],
  by: number,
  options: CommitOptions,
  joiners: readonly Member[] = [],
): GroupState[] {
  const committer = states[by] as GroupState;
  const { state, send } = createCommit(committer, {
    ...options,
    proposals: [
      ...(options.proposals ?? []),
      ...joiners.map((j) => ({ type: 'add', keyPackage: j.keyPackage }) as const),
    ],
  });
  const next = states.map((s, i) => {
    if (i === by) return acceptCommit(state).state;
    const received = receiveMessage(s, send.commit);
    if (received.kind !== 'commit') throw new Error(received.kind);
    return received.state;
  });
  for (const member of joiners) {
    next.push(joinGroup({ config: committer.config, welcome: send.welcome as Uint8Array, member }).state);
  }
  return next;
}

/** A room of `size` members, all in one epoch. */
export function room(size: number, of: GroupConfig = config()): GroupState[] {
  const joiners = Array.from({ length: size - 1 }, (_, i) => newMember(of.suite, `m${i + 1}`));
  const alone = [newGroup(of)];
  return joiners.length === 0 ? alone : commit(alone, 0, {}, joiners);
}

/** The founder and the first joiner of a room of `size`; the others exist as leaves only. */
export function pairIn(size: number, of: GroupConfig = config()): [GroupState, GroupState] {
  const joiners = Array.from({ length: size - 1 }, (_, i) => newMember(of.suite, `m${i + 1}`));
  const proposals = joiners.map((j) => ({ type: 'add', keyPackage: j.keyPackage }) as const);
  const { state, send } = createCommit(newGroup(of), { proposals });
  const [member] = joiners as [Member];
  const joined = joinGroup({ config: of, welcome: send.welcome as Uint8Array, member });
  return [acceptCommit(state).state, joined.state];
}
