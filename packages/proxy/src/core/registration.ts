import { createHash, createHmac } from 'node:crypto';
import type { Registration } from '@otr/protocol';
import type { RoomKeys } from './roomKeys.ts';
import { openProfile, type Profile, sealProfile } from './roomValues.ts';
import { sameBytes } from './text.ts';

const label = 'otr-chatroom key registration v1';

/** K2: a public key with its owner's display name (`''` for none yet), authenticated by the room secret. */
export function createRegistration(
  room: Uint8Array,
  keys: RoomKeys,
  publicKey: Uint8Array,
  name: string,
): Registration {
  const sealedProfile = sealProfile(keys, room, publicKey, { name });
  return { publicKey, sealedProfile, tag: tagOf(room, keys, publicKey, sealedProfile) };
}

/** The profile of a registration made by a holder of the room secret; null for any other (`badRegistration`). */
export function openRegistration(
  room: Uint8Array,
  keys: RoomKeys,
  registration: Registration,
): Profile | null {
  const { publicKey, sealedProfile, tag } = registration;
  if (!sameBytes(tag, tagOf(room, keys, publicKey, sealedProfile))) return null;
  return openProfile(keys, room, publicKey, sealedProfile);
}

function tagOf(
  room: Uint8Array,
  keys: RoomKeys,
  publicKey: Uint8Array,
  sealedProfile: Uint8Array,
): Uint8Array {
  return createHmac('sha256', keys.registrationKey)
    .update(label)
    .update(room)
    .update(publicKey)
    .update(createHash('sha256').update(sealedProfile).digest())
    .digest();
}
