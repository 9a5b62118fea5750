import { equal } from '../codec/bytes.ts';
import { encode } from '../codec/writer.ts';
import { checkPublicKey } from '../crypto/kem.ts';
import { check } from '../errors.ts';
import { MLS10 } from '../message/capabilities.ts';
import { type Credential, writeCredential } from '../message/credential.ts';
import {
  type Extension,
  isDefaultExtension,
  type RequiredCapabilities,
  readExternalSenders,
  readRequiredCapabilities,
} from '../message/extension.ts';
import { type KeyPackage, verifyKeyPackageSignature } from '../message/keyPackage.ts';
import { type LeafNode, type LeafPosition, type Lifetime, verifyLeafSignature } from '../tree/leafNode.ts';
import type { RatchetTree } from '../tree/ratchetTree.ts';
import type { GroupConfig } from './policy.ts';

/** Where a leaf appears decides which source it must have (RFC 9420 §7.3). */
export type LeafPlace = 'keyPackage' | 'update' | 'commit' | 'tree';

export interface LeafChecks {
  readonly place: LeafPlace;
  /** Needed unless the leaf comes in a key package. */
  readonly position: LeafPosition;
  /** Of the group context, after the commit. */
  readonly extensions: readonly Extension[];
  /** The leaf this one replaces. */
  readonly previous?: LeafNode;
  /** True when this member is about to send it. */
  readonly sending?: boolean;
}

/** The proposal types of RFC 9420: every client has them without listing them. */
const isDefaultProposal = (type: number): boolean => type >= 1 && type <= 7;

function checkLifetime({ policy }: GroupConfig, lifetime: Lifetime, sending: boolean): void {
  const { notBefore, notAfter } = lifetime;
  check(notAfter >= notBefore && notAfter - notBefore <= policy.maximumLifetime, 'leafLifetime', 'too long');
  if (!sending && policy.expiredOnReceipt === 'allow') return;
  const now = policy.now();
  check(now + policy.clockSkew >= notBefore && now <= notAfter + policy.clockSkew, 'leafLifetime', 'not now');
}

function checkSupports(leaf: LeafNode, required: RequiredCapabilities): void {
  const { extensions, proposals, credentials } = leaf.capabilities;
  const supported =
    required.extensions.every((type) => isDefaultExtension(type) || extensions.includes(type)) &&
    required.proposals.every((type) => isDefaultProposal(type) || proposals.includes(type)) &&
    required.credentials.every((type) => credentials.includes(type));
  check(supported, 'leafRequiredCapabilities');
}

const sameCredential = (a: Credential, b: Credential): boolean =>
  a === b || equal(encode(a, writeCredential), encode(b, writeCredential));

/** The checks of §7.3 that look at one leaf. Uniqueness of keys is the tree's; see also {@link checkAgreement}. */
export function validateLeaf(config: GroupConfig, leaf: LeafNode, checks: LeafChecks): void {
  const { suite, authentication } = config;
  const { place, position, previous } = checks;
  check(place === 'tree' || leaf.source.kind === place, 'leafSource', leaf.source.kind);
  const { versions, suites, credentials, extensions } = leaf.capabilities;
  check(versions.includes(MLS10) && suites.includes(suite.id), 'leafSuite');
  check(credentials.includes(leaf.credential.type), 'leafCredentialSupport', 'its own');
  for (const { type } of leaf.extensions) {
    check(isDefaultExtension(type) || extensions.includes(type), 'leafExtensions', String(type));
  }
  if (leaf.source.kind === 'keyPackage') checkLifetime(config, leaf.source.lifetime, checks.sending ?? false);
  if (previous !== undefined) {
    check(!equal(previous.encryptionKey, leaf.encryptionKey), 'encryptionKeyReused');
    const successor =
      sameCredential(previous.credential, leaf.credential) ||
      authentication.isSuccessor(previous.credential, leaf.credential);
    check(successor, 'leafCredential', 'successor');
  }
  check(authentication.isValid(leaf.credential, leaf.signatureKey, position.groupId), 'leafCredential');
  check(verifyLeafSignature(suite, leaf, position), 'leafSignature', `leaf ${position.leafIndex}`);
  // Whoever commits next has to seal to it: one bad key would keep all others from committing.
  if (place !== 'tree') checkPublicKey(suite.kem, leaf.encryptionKey);
}

/** §10.1: what makes a key package usable in a group of this configuration. */
export function validateKeyPackage(config: GroupConfig, keyPackage: KeyPackage, checks: LeafChecks): void {
  const { suite } = config;
  check(keyPackage.version === MLS10, 'wrongVersion');
  check(keyPackage.suiteId === suite.id, 'wrongSuite');
  check(!equal(keyPackage.initKey, keyPackage.leafNode.encryptionKey), 'keyPackageInitKey');
  validateLeaf(config, keyPackage.leafNode, checks);
  check(verifyKeyPackageSignature(suite, keyPackage), 'keyPackageSignature');
}

/** §5.3.1: whom a group context lets propose from outside is for the authentication service to judge. */
export function checkExternalSenders(
  { authentication }: GroupConfig,
  extensions: readonly Extension[],
  groupId: Uint8Array,
): void {
  for (const { credential, signatureKey } of readExternalSenders(extensions)) {
    check(authentication.isValid(credential, signatureKey, groupId), 'leafCredential', 'external sender');
  }
}

/**
 * §7.3 and §13.4 across members: all support what the group context requires and every credential type in use.
 * `changed` are the leaves this commit brings; the others were checked before, unless the context changed.
 */
export function checkAgreement(
  tree: RatchetTree,
  extensions: readonly Extension[],
  changed: ReadonlySet<number>,
  contextChanged: boolean,
): void {
  const required = readRequiredCapabilities(extensions);
  const groupTypes = extensions.map((e) => e.type).filter((type) => !isDefaultExtension(type));
  const inUse = new Set<number>();
  const brought = new Set<number>();
  for (const [index, leaf] of tree.leaves()) {
    inUse.add(leaf.credential.type);
    if (changed.has(index)) brought.add(leaf.credential.type);
  }
  for (const [index, leaf] of tree.leaves()) {
    const fresh = changed.has(index);
    for (const type of fresh ? inUse : brought) {
      check(leaf.capabilities.credentials.includes(type), 'leafCredentialSupport', `type ${type}`);
    }
    if (!fresh && !contextChanged) continue;
    if (required !== undefined) checkSupports(leaf, required);
    for (const type of groupTypes) {
      check(leaf.capabilities.extensions.includes(type), 'leafGroupExtensions', `type ${type}`);
    }
  }
}
