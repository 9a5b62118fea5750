/**
 * Every failure of this package is an {@link MlsError}: one of five kinds, a stable `code`, the RFC 9420 section
 * the rule rests on, and a sentence. Nothing else is thrown on purpose; anything else is a bug.
 */

type Kind = 'decode' | 'validation' | 'policy' | 'crypto' | 'usage';

/** code: [kind, RFC 9420 section, sentence]. The table of contents of what can go wrong. */
export const CODES = {
  // decode: the bytes are not the structure they claim to be
  truncated: ['decode', '2.1', 'The bytes end before the structure does.'],
  trailingBytes: ['decode', '2.1', 'Bytes follow the end of the structure.'],
  vectorLength: ['decode', '2.1.2', 'A vector length is not minimally encoded, or its prefix is reserved.'],
  optionalPresence: ['decode', '2.1.1', 'An optional value has a presence octet other than 0 or 1.'],
  unknownVersion: ['decode', '6', 'The protocol version is not MLS 1.0.'],
  unknownWireFormat: ['decode', '6', 'The wire format is not one of RFC 9420.'],
  unknownContentType: ['decode', '6', 'The content type is not application, proposal or commit.'],
  unknownSenderType: ['decode', '6', 'The sender type is unknown.'],
  unknownNodeType: ['decode', '7.8', 'A tree node is neither leaf nor parent, or is in the wrong place.'],
  unknownLeafNodeSource: ['decode', '7.2', 'The leaf node source is unknown.'],
  unknownProposalType: ['decode', '12.1', 'The proposal type is not one this implementation processes.'],
  unknownPskType: ['decode', '8.4', 'The pre-shared key type or usage is unknown.'],
  unknownSuite: ['decode', '5.1', 'The cipher suite is not supported.'],
  numberRange: ['decode', '2.1', 'A number is outside the range of its field.'],
  paddingNotZero: ['decode', '6.3.1', 'The padding contains a byte other than zero.'],
  treeShape: ['decode', '12.4.3.3', 'The ratchet tree ends in a blank node or is not a tree.'],
  recordFormat: ['decode', '-', 'A stored record has an unknown version or is damaged.'],

  // crypto: a primitive refused
  signature: ['crypto', '5.1.2', 'A signature does not verify.'],
  aeadOpen: ['crypto', '6.3', 'A ciphertext does not open.'],
  kem: [
    'crypto',
    '5.1',
    'A KEM operation failed: malformed key or ciphertext, or an all-zero shared secret.',
  ],
  keyFormat: ['crypto', '5.1', 'A key does not have the form its algorithm requires.'],
  membershipTag: ['crypto', '6.2', 'The membership tag of a PublicMessage does not verify.'],
  confirmationTag: ['crypto', '8.1', 'The confirmation tag does not verify: members disagree on the epoch.'],

  // validation: well-formed, but a rule of the RFC is broken
  wrongGroup: ['validation', '6', 'The message belongs to another group.'],
  wrongEpoch: ['validation', '6', 'The message belongs to an epoch this member does not hold.'],
  wrongSuite: ['validation', '5.1', 'The cipher suite differs from the one of the group.'],
  wrongVersion: ['validation', '10.1', 'The protocol version differs from the one of the group.'],
  senderNotMember: ['validation', '6.3.2', 'The sender leaf index does not identify a member.'],
  senderForbidden: ['validation', '6.1', 'This kind of sender must not send this kind of content.'],
  ownMessage: ['validation', '6.3', 'The message was sent by this member itself.'],
  applicationInPublic: ['validation', '6', 'Application data must travel as a PrivateMessage.'],
  generationUsed: ['validation', '9.2', 'The generation was used already or its key is no longer kept.'],
  generationTooFar: ['validation', '15.3', 'The generation is further ahead than the policy allows.'],
  generationExhausted: ['validation', '9.1', 'The ratchet has reached its last generation.'],
  leafSource: ['validation', '7.3', 'The leaf node source does not fit where the leaf appears.'],
  leafSignature: ['validation', '7.3', 'The signature on a leaf node does not verify.'],
  leafCredential: ['validation', '7.3', 'The authentication service refuses a credential.'],
  leafCredentialSupport: ['validation', '7.3', 'A credential type in use is not supported by every member.'],
  leafRequiredCapabilities: ['validation', '7.3', 'A leaf lacks a capability the group requires.'],
  leafGroupExtensions: ['validation', '13.4', 'A leaf does not support an extension of the group context.'],
  leafExtensions: ['validation', '7.3', 'A leaf carries an extension its capabilities do not list.'],
  leafLifetime: [
    'validation',
    '7.3',
    'A leaf is not valid at this time, or valid for longer than the policy allows.',
  ],
  leafSuite: [
    'validation',
    '7.3',
    'A leaf does not support the protocol version or cipher suite of the group.',
  ],
  duplicateSignatureKey: ['validation', '7.3', 'A signature key is already used by another member.'],
  duplicateEncryptionKey: ['validation', '7.3', 'An encryption key is already used in the tree.'],
  encryptionKeyReused: ['validation', '7.3', 'An update must bring a new encryption key.'],
  duplicateExtension: ['validation', '13.4', 'A list of extensions has two of one type.'],
  unmergedLeaves: [
    'validation',
    '12.4.3.1',
    'An unmerged leaf is not a member below its node, or is out of order.',
  ],
  parentHash: ['validation', '7.9.2', 'A parent node cannot be chained back to a leaf by parent hashes.'],
  treeHash: ['validation', '12.4.3.1', 'The tree hash differs from the one in the group context.'],
  keyPackageSignature: ['validation', '10.1', 'The signature on a key package does not verify.'],
  keyPackageInitKey: ['validation', '10.1', 'The init key equals the encryption key of the leaf.'],
  proposalUnknown: ['validation', '12.4', 'A commit refers to a proposal this member has not received.'],
  proposalListUpdate: ['validation', '12.2', 'A commit contains an update proposed by the committer.'],
  proposalListSelfRemove: ['validation', '12.2', 'A commit removes its committer.'],
  proposalListSameLeaf: ['validation', '12.2', 'A commit has several updates or removals of one leaf.'],
  proposalListSameClient: ['validation', '12.2', 'A commit adds one client twice.'],
  proposalListMember: ['validation', '12.2', 'A commit adds a client that is a member.'],
  proposalListPsk: ['validation', '12.2', 'A commit names one pre-shared key twice.'],
  proposalListExtensions: ['validation', '12.2', 'A commit has several GroupContextExtensions proposals.'],
  proposalListReInit: ['validation', '12.2', 'A ReInit proposal is committed with other proposals.'],
  proposalListExternalInit: [
    'validation',
    '12.2',
    'ExternalInit appears outside an external commit, or not once.',
  ],
  proposalListExternal: ['validation', '12.2', 'An external commit has a proposal that it must not have.'],
  removeTarget: ['validation', '12.1.3', 'A removal names a leaf that is blank.'],
  pskNonce: ['validation', '12.1.4', 'The nonce of a pre-shared key has the wrong length.'],
  pskUsage: ['validation', '12.1.4', 'A resumption key for reinit or branch appears in an ordinary commit.'],
  pskUnknown: ['validation', '8.4', 'A pre-shared key is not available.'],
  reInitVersion: ['validation', '12.1.5', 'A ReInit proposal lowers the protocol version.'],
  pathRequired: ['validation', '12.4', 'The commit must carry an update path and does not.'],
  pathShape: ['validation', '7.5', 'The update path does not match the tree.'],
  pathSecret: ['validation', '7.5', 'A path secret does not produce the public key of its node.'],
  welcomeNotForUs: ['validation', '12.4.3.1', 'The welcome has no entry for this key package.'],
  welcomeLeaf: ['validation', '12.4.3.1', 'The tree of the welcome has no leaf of this key package.'],
  welcomeTree: ['validation', '12.4.3.3', 'The welcome carries no ratchet tree and none was given.'],
  groupInfoSigner: ['validation', '12.4.3', 'The signer of a GroupInfo is not a member.'],

  // policy: the RFC would allow it, this group does not
  externalCommitRefused: ['policy', '12.4.3.2', 'The policy refuses external commits.'],
  externalProposalRefused: ['policy', '12.1.8', 'The policy refuses proposals from outside the group.'],
  resyncRefused: [
    'policy',
    '12.4.3.2',
    'The policy refuses that a member replaces itself by an external commit.',
  ],
  publicMessageRefused: ['policy', '6.2', 'The policy wants handshake messages encrypted.'],
  proposalsRefused: ['policy', '12.2', 'The application refuses this list of proposals.'],
  tooLarge: ['policy', '2.1.2', 'The message or tree is larger than the policy allows.'],

  // usage: the caller did something out of order
  commitPending: ['usage', '12.4', 'A commit of this member is waiting to be accepted or discarded.'],
  noCommitPending: ['usage', '12.4', 'There is no pending commit.'],
  groupClosed: ['usage', '12.1.5', 'The group was reinitialised and takes no more messages.'],
  configMissing: ['usage', '5.3', 'A group needs an authentication service and a policy.'],
  exportLength: ['usage', '8.5', 'The exported length is out of range.'],
  argument: ['usage', '-', 'An argument is not of the form the function requires.'],
} as const satisfies Record<string, readonly [Kind, string, string]>;

/** The stable name of a failure. */
export type ErrorCode = keyof typeof CODES;

/** Base of all errors of this package. `section` is the section of RFC 9420, `-` where no section applies. */
export class MlsError extends Error {
  readonly code: ErrorCode;
  readonly section: string;
  constructor(code: ErrorCode, detail?: string) {
    const [, section, sentence] = CODES[code];
    super(detail === undefined ? sentence : `${sentence} (${detail})`);
    this.name = new.target.name;
    this.code = code;
    this.section = section;
  }
}
/** The bytes are malformed. */
export class DecodeError extends MlsError {}
/** The structure is well-formed and breaks a rule of the RFC. */
export class ValidationError extends MlsError {}
/** The RFC leaves a choice and this group's policy refuses. */
export class PolicyError extends MlsError {}
/** A signature, tag, ciphertext or key is wrong. */
export class CryptoError extends MlsError {}
/** The caller called out of order or with a wrong argument. */
export class UsageError extends MlsError {}

const CLASSES = {
  decode: DecodeError,
  validation: ValidationError,
  policy: PolicyError,
  crypto: CryptoError,
  usage: UsageError,
};

/** Throws the error of `code`. `detail` must never contain secret bytes. */
export function fail(code: ErrorCode, detail?: string): never {
  throw new CLASSES[CODES[code][0]](code, detail);
}

/** Throws the error of `code` unless `condition` holds. */
export function check(condition: boolean, code: ErrorCode, detail?: string): asserts condition {
  if (!condition) fail(code, detail);
}
