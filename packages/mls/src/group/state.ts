import type { AuthenticatedContent } from '../message/framing.ts';
import { encodeGroupContext, type GroupContext } from '../message/groupContext.ts';
import type { EpochSecrets } from '../schedule/keySchedule.ts';
import { type SecretTree, secretsOf } from '../schedule/secretTree.ts';
import type { PrivateKeys } from '../tree/pathSecrets.ts';
import type { RatchetTree } from '../tree/ratchetTree.ts';
import type { GroupConfig } from './policy.ts';

/** This member: its leaf, and the private keys it holds. */
export interface Self {
  readonly leafIndex: number;
  readonly signaturePrivateKey: Uint8Array;
  /** Of the leaf and of nodes above it, by node index. */
  readonly privateKeys: PrivateKeys;
}

/** What is kept of a former epoch to open late messages (RFC 9420 §14). */
export interface PastEpoch {
  readonly epoch: bigint;
  readonly encodedContext: Uint8Array;
  readonly senderData: Uint8Array;
  readonly resumption: Uint8Array;
  readonly messageKeys: SecretTree;
  /** By leaf index; `undefined` where the leaf was blank. */
  readonly signatureKeys: readonly (Uint8Array | undefined)[];
}

/** A proposal of this epoch that a commit may refer to. */
export interface StoredProposal {
  readonly content: AuthenticatedContent;
  /** For this member's own Update: the private keys that come into force with it. */
  readonly update:
    | { readonly encryptionPrivateKey: Uint8Array; readonly signaturePrivateKey: Uint8Array }
    | undefined;
}

/**
 * A member's view of a group. A value: operations take one and return the next, together with what to send and which
 * secrets to erase once the new state is stored.
 */
export interface GroupState {
  readonly config: GroupConfig;
  readonly context: GroupContext;
  readonly encodedContext: Uint8Array;
  readonly tree: RatchetTree;
  readonly interimTranscriptHash: Uint8Array;
  readonly confirmationTag: Uint8Array;
  readonly self: Self;
  readonly secrets: EpochSecrets;
  readonly messageKeys: SecretTree;
  /** Newest first. */
  readonly past: readonly PastEpoch[];
  /** By hexadecimal reference. */
  readonly proposals: ReadonlyMap<string, StoredProposal>;
  /** This member's commit that was sent and neither accepted nor lost: the state it would lead to. */
  readonly pending: GroupState | undefined;
  /** True once a ReInit was committed: nothing can be sent any more (§12.1.5). */
  readonly closed: boolean;
}

export type Erase = readonly Uint8Array[];

/** The context with its encoding, which is signed and hashed again and again. */
export const withContext = (context: GroupContext): Pick<GroupState, 'context' | 'encodedContext'> => ({
  context,
  encodedContext: encodeGroupContext(context),
});

/** The current epoch as a former one. */
export function retire(state: GroupState): PastEpoch {
  const { tree } = state;
  return {
    epoch: state.context.epoch,
    encodedContext: state.encodedContext,
    senderData: state.secrets.senderData,
    resumption: state.secrets.resumption,
    messageKeys: state.messageKeys,
    signatureKeys: tree.signatureKeys(),
  };
}

const secretsOfPast = (past: PastEpoch): Uint8Array[] => [
  past.senderData,
  past.resumption,
  ...secretsOf(past.messageKeys.top),
];

/** Keeps the newest `keep` former epochs. */
export function keepEpochs(
  past: readonly PastEpoch[],
  keep: number,
): { past: PastEpoch[]; erase: Uint8Array[] } {
  return { past: past.slice(0, keep), erase: past.slice(keep).flatMap(secretsOfPast) };
}

/** Puts `next` in the place of `state`: the former epoch is kept as far as the policy says, the rest is erased. */
export function succeed(state: GroupState, next: GroupState): { state: GroupState; erase: Erase } {
  const { past, erase } = keepEpochs([retire(state), ...state.past], state.config.policy.epochsKept);
  const { senderData: _, resumption: __, ...rest } = state.secrets;
  const { privateKeys, signaturePrivateKey } = next.self;
  const kept = new Set([...privateKeys.values(), signaturePrivateKey]);
  const dropped = privateSecrets(state).filter((secret) => !kept.has(secret));
  return {
    state: { ...next, past, pending: undefined },
    erase: [...erase, ...Object.values(rest), ...dropped],
  };
}

function privateSecrets(state: GroupState): Uint8Array[] {
  const secrets = [...state.self.privateKeys.values(), state.self.signaturePrivateKey];
  for (const { update } of state.proposals.values()) {
    if (update !== undefined) secrets.push(update.encryptionPrivateKey, update.signaturePrivateKey);
  }
  return secrets;
}

/** Every secret of a state: erased when the member leaves, or when a pending commit is lost (`except` its origin). */
export function allSecrets(state: GroupState, except?: GroupState): Uint8Array[] {
  const all = [
    ...privateSecrets(state),
    ...Object.values(state.secrets),
    ...secretsOf(state.messageKeys.top),
    ...state.past.flatMap(secretsOfPast),
    ...(state.pending === undefined ? [] : allSecrets(state.pending)),
  ];
  if (except === undefined) return all;
  const kept = new Set(allSecrets({ ...except, pending: undefined }));
  return all.filter((secret) => !kept.has(secret));
}
