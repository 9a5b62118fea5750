/**
 * RFC 9420 (Messaging Layer Security) as pure functions over values. See README.md for a tour.
 * Operations take a state and return the next one, what to send, and which secrets to erase once it is stored.
 */
export { erase } from './codec/bytes.ts';
export type { SignatureKeyPair } from './crypto/signature.ts';
export { type Suite, suiteOf, suites } from './crypto/suite.ts';
export {
  CryptoError,
  DecodeError,
  type ErrorCode,
  MlsError,
  PolicyError,
  UsageError,
  ValidationError,
} from './errors.ts';
export {
  type CommitOptions,
  type CommitResult,
  createCommit,
  type LeafChange,
} from './group/createCommit.ts';
export { type CreateGroupOptions, createGroup } from './group/createGroup.ts';
export { type Generation, openGeneration, takeGeneration } from './group/generation.ts';
export { type JoinOptions, joinGroup } from './group/joinGroup.ts';
export {
  createKeyPackage,
  type KeyPackageOptions,
  type KeyPackageSecrets,
  type Member,
} from './group/member.ts';
export {
  type ProposeOptions,
  propose,
  proposeUpdate,
  type SendResult,
  sealMessage,
} from './group/message.ts';
export { acceptCommit, discardCommit } from './group/pendingCommit.ts';
export {
  type AuthenticationService,
  type CommittedProposal,
  type GroupConfig,
  type GroupPolicy,
  strictPolicy,
} from './group/policy.ts';
export type { CommitEffects, CommitOutcome } from './group/processCommit.ts';
export {
  epochAuthenticator,
  exportGroupInfo,
  exportSecret,
  exportTree,
  forgetEpochs,
  members,
} from './group/query.ts';
export { type Received, receiveMessage } from './group/receiveMessage.ts';
export type { Erase, GroupState } from './group/state.ts';
export type { Capabilities } from './message/capabilities.ts';
export { basicCredential, type Credential } from './message/credential.ts';
export {
  type Extension,
  externalSendersExtension,
  requiredCapabilitiesExtension,
} from './message/extension.ts';
export { type KeyPackage, keyPackageRef } from './message/keyPackage.ts';
export { decodeMessage, encodeMessage, type Message } from './message/message.ts';
export type { Proposal } from './message/proposal.ts';
export type { PreSharedKeyId, PskName } from './schedule/psk.ts';
export { type RecordChanges, recordChanges, recordsOf, restoreGroup } from './store/records.ts';
export { encodeLeafNode, type LeafNode, type Lifetime } from './tree/leafNode.ts';
