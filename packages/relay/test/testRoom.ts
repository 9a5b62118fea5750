import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { enterRoomMessage, knockMessage } from '@otr/protocol';

/** A room as its members know it: an id and the access key that an epoch's secrets would give them. */
export interface TestRoom {
  room: Buffer;
  accessKey: Buffer;
  signFor(challenge: Uint8Array): Buffer;
}

export function testRoom(room: Buffer = randomBytes(16)): TestRoom {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    room,
    accessKey: rawPublicKey(publicKey),
    signFor: (challenge) => sign(null, enterRoomMessage(challenge, room), privateKey),
  };
}

/** An invite as its holder knows it. */
export interface TestInvite {
  invite: Buffer;
  signFor(challenge: Uint8Array, room: Uint8Array): Buffer;
}

export function testInvite(): TestInvite {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    invite: rawPublicKey(publicKey),
    signFor: (challenge, room) => sign(null, knockMessage(challenge, room), privateKey),
  };
}

function rawPublicKey(key: KeyObject): Buffer {
  return Buffer.from(String(key.export({ format: 'jwk' })['x']), 'base64url');
}

export function testSlice(to: Uint8Array, ciphertext: Buffer = randomBytes(285)) {
  return { to, ciphertext };
}
