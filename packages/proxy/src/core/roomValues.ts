import { sealedMark, sealedProfile, sealedRoomInfo, sealedVolatile } from '@otr/protocol';
import type { z } from 'zod';
import { openBytes, sealBytes } from './aead.ts';
import { decodeJsonAs, encodeJson } from './json.ts';
import type { RoomKeys } from './roomKeys.ts';

type KeyName = 'profileKey' | 'roomInfoKey' | 'markKey' | 'volatileKey';

/** S2: one kind of value that is sealed under a key of the room secret. */
function sealedValue<Schema extends z.ZodType>(keyName: KeyName, schema: Schema) {
  return {
    seal(keys: RoomKeys, value: z.infer<Schema>, context: Uint8Array[]): Uint8Array {
      return sealBytes(keys[keyName], encodeJson(value), Buffer.concat(context));
    },
    open(keys: RoomKeys, sealed: Uint8Array, context: Uint8Array[]): z.infer<Schema> | null {
      const plaintext = openBytes(keys[keyName], sealed, Buffer.concat(context));
      return plaintext && decodeJsonAs(schema, plaintext);
    },
  };
}

const profile = sealedValue('profileKey', sealedProfile);
const roomInfo = sealedValue('roomInfoKey', sealedRoomInfo);
const mark = sealedValue('markKey', sealedMark);
const volatile = sealedValue('volatileKey', sealedVolatile);

/** A value that was sealed, after opening. */
export type Profile = z.infer<typeof sealedProfile>;
export type RoomInfo = z.infer<typeof sealedRoomInfo>;
export type Mark = z.infer<typeof sealedMark>;
export type Volatile = z.infer<typeof sealedVolatile>;

export function sealProfile(
  keys: RoomKeys,
  room: Uint8Array,
  publicKey: Uint8Array,
  value: Profile,
): Uint8Array {
  return profile.seal(keys, value, [room, publicKey]);
}

/** Null where it was not sealed by a holder of the room secret for this key; so for the others below. */
export function openProfile(
  keys: RoomKeys,
  room: Uint8Array,
  publicKey: Uint8Array,
  sealed: Uint8Array,
): Profile | null {
  return profile.open(keys, sealed, [room, publicKey]);
}

export function sealRoomInfo(keys: RoomKeys, room: Uint8Array, value: RoomInfo): Uint8Array {
  return roomInfo.seal(keys, value, [room]);
}

export function openRoomInfo(keys: RoomKeys, room: Uint8Array, sealed: Uint8Array): RoomInfo | null {
  return roomInfo.open(keys, sealed, [room]);
}

export function sealMark(keys: RoomKeys, room: Uint8Array, publicKey: Uint8Array, value: Mark): Uint8Array {
  return mark.seal(keys, value, [room, publicKey]);
}

export function openMark(
  keys: RoomKeys,
  room: Uint8Array,
  publicKey: Uint8Array,
  sealed: Uint8Array,
): Mark | null {
  return mark.open(keys, sealed, [room, publicKey]);
}

export function sealVolatile(keys: RoomKeys, room: Uint8Array, value: Volatile): Uint8Array {
  return volatile.seal(keys, value, [room]);
}

export function openVolatile(keys: RoomKeys, room: Uint8Array, sealed: Uint8Array): Volatile | null {
  return volatile.open(keys, sealed, [room]);
}
