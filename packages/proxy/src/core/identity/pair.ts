import type { KeyObject } from 'node:crypto';
import { uint64 } from '../text.ts';
import { hkdfKey, noSalt } from './hkdf.ts';
import type { Identity } from './identity.ts';
import { importPublicKey, keyLength, sharedSecret } from './x25519.ts';

export interface OwnKeys {
  readonly identity: Identity;
  /** Of the own leaf (D2). */
  readonly ephemeral: Identity;
}

/** What another member's leaf says: 32 bytes each, as that member chose them. */
export interface TheirKeys {
  readonly identityKey: Uint8Array;
  readonly ephemeralKey: Uint8Array;
}

export interface SliceContext {
  /** `exporter("otr-chatroom whisper v1")` of the epoch, 32 bytes. */
  readonly exporter: Uint8Array;
  /** The group id, 16 bytes. */
  readonly room: Uint8Array;
  readonly epoch: number;
}

/**
 * The keys between the own leaf and one other leaf. Null where a key of the other that is needed is not a good X25519 key:
 * there is nobody to show anything to, and nothing to whisper.
 */
export interface Pair {
  /** D3: makes and checks the tag from us to them. */
  tagKeyTo(): KeyObject | null;
  /** D3: makes and checks the tag from them to us. */
  tagKeyFrom(): KeyObject | null;
  /** D4: seals our whispers to them in one epoch (AES-256-GCM). */
  sliceKeyTo(context: SliceContext): KeyObject | null;
  sliceKeyFrom(context: SliceContext): KeyObject | null;
}

const tagLabel = Buffer.from('otr-chatroom tag v1');
const sliceLabel = Buffer.from('otr-chatroom slice v1');

/** Nothing is computed before it is needed, nor twice: an exchange costs more than all the rest of a tag. */
export function pairOf(own: OwnKeys, theirs: TheirKeys): Pair {
  const [ownIdentity, ownEphemeral] = [own.identity, own.ephemeral];
  const { identityKey, ephemeralKey } = theirs;
  const theirIdentity = once(() => importPublicKey(identityKey));
  const theirEphemeral = once(() => importPublicKey(ephemeralKey));
  // Named by whose key of which kind: ours, then theirs.
  const identities = once(() => sharedSecret(ownIdentity.privateKey, theirIdentity()));
  const identityEphemeral = once(() => sharedSecret(ownIdentity.privateKey, theirEphemeral()));
  const ephemeralIdentity = once(() => sharedSecret(ownEphemeral.privateKey, theirIdentity()));
  const ephemerals = once(() => sharedSecret(ownEphemeral.privateKey, theirEphemeral()));

  // Both directions name the sender's keys first, so the sender computes identity × ephemeral where the recipient
  // computes ephemeral × identity.
  return {
    tagKeyTo: once(() =>
      keyOf([identities(), identityEphemeral()], noSalt, [
        tagLabel,
        ownIdentity.publicKey,
        identityKey,
        ephemeralKey,
      ]),
    ),
    tagKeyFrom: once(() =>
      keyOf([identities(), ephemeralIdentity()], noSalt, [
        tagLabel,
        identityKey,
        ownIdentity.publicKey,
        ownEphemeral.publicKey,
      ]),
    ),
    sliceKeyTo: ({ exporter, room, epoch }) =>
      keyOf([identities(), identityEphemeral(), ephemeralIdentity(), ephemerals()], exporter, [
        sliceLabel,
        ownIdentity.publicKey,
        ownEphemeral.publicKey,
        identityKey,
        ephemeralKey,
        room,
        uint64(epoch),
      ]),
    sliceKeyFrom: ({ exporter, room, epoch }) =>
      keyOf([identities(), ephemeralIdentity(), identityEphemeral(), ephemerals()], exporter, [
        sliceLabel,
        identityKey,
        ephemeralKey,
        ownIdentity.publicKey,
        ownEphemeral.publicKey,
        room,
        uint64(epoch),
      ]),
  };
}

function keyOf(
  secrets: readonly (KeyObject | null)[],
  salt: Uint8Array,
  info: readonly Uint8Array[],
): KeyObject | null {
  const inputKey = Buffer.alloc(secrets.length * keyLength);
  try {
    for (const [at, secret] of secrets.entries()) {
      if (!secret) return null;
      const bytes = secret.export();
      inputKey.set(bytes, at * keyLength);
      bytes.fill(0);
    }
    return hkdfKey(inputKey, salt, Buffer.concat(info));
  } finally {
    inputKey.fill(0);
  }
}

/** Computes a value at the first call and keeps it. */
function once<Value>(compute: () => Value): () => Value {
  let known: { readonly value: Value } | undefined;
  return () => {
    known ??= { value: compute() };
    return known.value;
  };
}
