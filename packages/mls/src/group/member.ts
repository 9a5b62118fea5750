import { randomBytes } from 'node:crypto';
import type { SignatureKeyPair } from '../crypto/signature.ts';
import type { Suite } from '../crypto/suite.ts';
import { type Capabilities, MLS10 } from '../message/capabilities.ts';
import type { Credential } from '../message/credential.ts';
import { type Extension, isDefaultExtension } from '../message/extension.ts';
import { type KeyPackage, signKeyPackage } from '../message/keyPackage.ts';
import { type Lifetime, signLeafNode } from '../tree/leafNode.ts';

/** The private keys of a key package. The init key opens one welcome and is erased with it. */
export interface KeyPackageSecrets {
  readonly initPrivateKey: Uint8Array;
  readonly encryptionPrivateKey: Uint8Array;
  readonly signaturePrivateKey: Uint8Array;
}

/** A key package and the private keys that stay at home. */
export interface Member {
  readonly keyPackage: KeyPackage;
  readonly secrets: KeyPackageSecrets;
}

export interface KeyPackageOptions {
  readonly suite: Suite;
  readonly credential: Credential;
  readonly lifetime: Lifetime;
  /** A fresh one is made if none is given. */
  readonly signatureKeys?: SignatureKeyPair;
  /** Extensions of the leaf; their types are added to the capabilities. */
  readonly leafExtensions?: readonly Extension[];
  /** Extensions of the key package. */
  readonly extensions?: readonly Extension[];
  /** What this client supports beyond its suite, its credential type and its leaf extensions. */
  readonly capabilities?: Partial<Capabilities>;
}

/** Makes a key package (RFC 9420 §10): three fresh key pairs, signed. Publish it once, use it once. */
export function createKeyPackage(options: KeyPackageOptions): Member {
  const { suite, credential, lifetime, leafExtensions = [], extensions = [] } = options;
  const signatureKeys = options.signatureKeys ?? suite.signature.generate();
  const init = generateKemPair(suite);
  const encryption = generateKemPair(suite);
  const leafNode = signLeafNode(
    suite,
    {
      encryptionKey: encryption.publicKey,
      signatureKey: signatureKeys.publicKey,
      credential,
      capabilities: capabilitiesFor(suite, credential, leafExtensions, options.capabilities ?? {}),
      source: { kind: 'keyPackage', lifetime },
      extensions: leafExtensions,
    },
    signatureKeys.privateKey,
  );
  const keyPackage = signKeyPackage(
    suite,
    { initKey: init.publicKey, leafNode, extensions },
    signatureKeys.privateKey,
  );
  return {
    keyPackage,
    secrets: {
      initPrivateKey: init.privateKey,
      encryptionPrivateKey: encryption.privateKey,
      signaturePrivateKey: signatureKeys.privateKey,
    },
  };
}

/** A fresh key pair of the suite's KEM. */
export function generateKemPair(suite: Suite): { privateKey: Uint8Array; publicKey: Uint8Array } {
  const seed = randomBytes(suite.hashLength);
  const pair = suite.kem.deriveKeyPair(seed);
  seed.fill(0);
  return pair;
}

/** Capabilities that cover what a leaf itself uses (§7.2). */
export function capabilitiesFor(
  suite: Suite,
  credential: Credential,
  leafExtensions: readonly Extension[],
  more: Partial<Capabilities>,
): Capabilities {
  const union = (...lists: readonly (readonly number[] | undefined)[]): number[] => [
    ...new Set(lists.flatMap((list) => list ?? [])),
  ];
  const own = leafExtensions.map((e) => e.type).filter((type) => !isDefaultExtension(type));
  return {
    versions: union([MLS10], more.versions),
    suites: union([suite.id], more.suites),
    extensions: union(own, more.extensions),
    proposals: union(more.proposals),
    credentials: union([credential.type], more.credentials),
  };
}
