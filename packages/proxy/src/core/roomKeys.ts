import { createSecretKey, hkdfSync, type KeyObject, sign } from 'node:crypto';
import { enterRoomMessage } from '@otr/protocol';
import { privateKeyFrom, publicBytes } from './keyPair.ts';

/** Everything that the room secret opens (S1). Derived once per room and kept as key objects. */
export type RoomKeys = {
  /** Ed25519 private key: proves to the relay that we know the secret. */
  readonly accessKey: KeyObject;
  readonly accessPublicKey: Uint8Array;
  /** HMAC-SHA-256 key of registrations (K2). */
  readonly registrationKey: KeyObject;
  /** AES-256-GCM keys of sealed values (S2). */
  readonly profileKey: KeyObject;
  readonly roomInfoKey: KeyObject;
  readonly markKey: KeyObject;
  readonly volatileKey: KeyObject;
};

/** S1. `room` is 16 bytes, `secret` 32. */
export function deriveRoomKeys(room: Uint8Array, secret: Uint8Array): RoomKeys {
  const seed = derive(room, secret, 'access key');
  const accessKey = privateKeyFrom('ed25519', seed);
  seed.fill(0);
  return {
    accessKey,
    accessPublicKey: publicBytes(accessKey),
    registrationKey: secretKey(room, secret, 'registration'),
    profileKey: secretKey(room, secret, 'profile'),
    roomInfoKey: secretKey(room, secret, 'room info'),
    markKey: secretKey(room, secret, 'mark'),
    volatileKey: secretKey(room, secret, 'volatile'),
  };
}

/** S3: 64 bytes, Ed25519 over the connection's challenge (32 bytes) and the room id. */
export function signEnterRoom(keys: RoomKeys, challenge: Uint8Array, room: Uint8Array): Uint8Array {
  return new Uint8Array(sign(null, enterRoomMessage(challenge, room), keys.accessKey));
}

function secretKey(room: Uint8Array, secret: Uint8Array, name: string): KeyObject {
  const bytes = derive(room, secret, name);
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}

function derive(room: Uint8Array, secret: Uint8Array, name: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, room, `otr-chatroom ${name} v1`, 32));
}
