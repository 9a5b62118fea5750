import { createHash, randomBytes } from 'node:crypto';
import { encodeLeafNode, type LeafNode } from '@otr/mls';
import type { LeafProfile } from '@otr/protocol';
import { identityOf } from '../identity/identity.ts';
import { toText } from '../text.ts';

/** What a new leaf of ours says, and the private half of its X25519 key *e* (D2): 32 bytes. */
export interface NewLeaf {
  readonly profile: LeafProfile;
  readonly ephemeral: Uint8Array;
}

export interface LeafOwner {
  /** X25519, 32 bytes: the profile's *A* (D1). */
  readonly identityKey: Uint8Array;
  readonly name: string;
  /** Our former pseudonym, where we lost our keys. */
  readonly formerly: string | null;
}

/** A leaf with a fresh *e*. */
export function newLeaf({ identityKey, name, formerly }: LeafOwner): NewLeaf {
  const ephemeral = new Uint8Array(randomBytes(32));
  const profile: LeafProfile = {
    version: 1,
    name,
    identityKey: toText(identityKey),
    ephemeralKey: toText(identityOf(ephemeral).publicKey),
    ...(formerly !== null && { formerly }),
  };
  return { profile, ephemeral };
}

const known = new WeakMap<LeafNode, Uint8Array>();

/** SHA-256 of the encoded leaf node (D3). */
export function leafHash(leaf: LeafNode): Uint8Array {
  const found = known.get(leaf);
  if (found) return found;
  const hash = new Uint8Array(createHash('sha256').update(encodeLeafNode(leaf)).digest());
  known.set(leaf, hash);
  return hash;
}
