import type { Suite } from '../crypto/suite.ts';
import { check } from '../errors.ts';
import type { Credential } from '../message/credential.ts';
import type { Sender } from '../message/framing.ts';
import type { Proposal } from '../message/proposal.ts';
import type { PskName } from '../schedule/psk.ts';
import type { RatchetLimits } from '../schedule/ratchet.ts';

/** Decides who is who (RFC 9420 §5.3.1). MLS itself knows keys only. */
export interface AuthenticationService {
  /** May this credential be used with this key? */
  isValid(credential: Credential, signatureKey: Uint8Array, groupId: Uint8Array | undefined): boolean;
  /** May a member that presented `before` go on with `after`, which differs? */
  isSuccessor(before: Credential, after: Credential): boolean;
}

/** A proposal that a commit covers, and who proposed it. */
export interface CommittedProposal {
  readonly proposal: Proposal;
  readonly sender: Sender;
}

type Choice = 'refuse' | 'allow';

/** What RFC 9420 leaves to the application. Every field must be chosen; {@link strictPolicy} refuses all it can. */
export interface GroupPolicy extends RatchetLimits {
  /** People who add themselves with a commit of their own (§12.4.3.2). */
  readonly externalCommits: Choice;
  /** External commits that replace a member (§12.4.3.2). */
  readonly resync: Choice;
  /** Proposals from senders that are not members (§12.1.8). */
  readonly externalProposals: Choice;
  /** Handshake messages that are signed but not encrypted (§6.2). */
  readonly publicHandshakes: Choice;
  /** Leaves whose lifetime is over when they are received; those we send are always checked (§7.3). */
  readonly expiredOnReceipt: Choice;
  /** Former epochs whose messages can still be opened. */
  readonly epochsKept: number;
  /** Proposals of one epoch that are kept for a commit. */
  readonly proposalsKept: number;
  /** Of these, from one member. The same for all, or a commit can refer to what others did not keep. */
  readonly proposalsPerMember: number;
  /** Largest number of leaves a tree may have room for. */
  readonly maximumWidth: number;
  /** Octets of the largest message that is looked at. */
  readonly maximumMessage: number;
  /** Longest lifetime of a key package, in seconds (§7.2). */
  readonly maximumLifetime: bigint;
  /** Tolerance for clocks, in seconds. */
  readonly clockSkew: bigint;
  /** The time, in seconds since 1970. */
  now(): bigint;
  /** Length to which a plaintext of `length` octets is padded. */
  pad(length: number): number;
  /** The application's own rule on who may change what; runs on sending and on receiving (§12.2). */
  accepts(proposals: readonly CommittedProposal[], committer: Sender): boolean;
}

/** Refuses whatever may be refused. Take it as a base and name what your application allows. */
export const strictPolicy: GroupPolicy = {
  externalCommits: 'refuse',
  resync: 'refuse',
  externalProposals: 'refuse',
  publicHandshakes: 'refuse',
  expiredOnReceipt: 'refuse',
  stepsAhead: 1000,
  generationsKept: 64,
  epochsKept: 2,
  proposalsKept: 4096,
  proposalsPerMember: 64,
  maximumWidth: 4096,
  maximumMessage: 16 * 1024 * 1024,
  maximumLifetime: 90n * 86_400n,
  clockSkew: 3600n,
  now: () => BigInt(Math.floor(Date.now() / 1000)),
  pad: (length) => length,
  accepts: () => true,
};

/** What a group works with: its algorithms, and the application's decisions. */
export interface GroupConfig {
  readonly suite: Suite;
  readonly authentication: AuthenticationService;
  readonly policy: GroupPolicy;
  /** Looks up pre-shared keys from outside the group (§8.4). */
  readonly psk?: (name: PskName) => Uint8Array | undefined;
}

/** For callers without types: nothing works without both decisions. */
export function requireConfig(config: GroupConfig): void {
  const given = config as Partial<GroupConfig> | undefined;
  check(
    typeof given?.authentication?.isValid === 'function' && typeof given.policy?.accepts === 'function',
    'configMissing',
  );
}
