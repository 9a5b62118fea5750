import { createSecretKey, hkdfSync, type KeyObject, sign } from 'node:crypto';
import { type KnockContent, knockContent, knockMessage } from '@otr/protocol';
import { openBytes, sealBytes } from './aead.ts';
import { decodeJsonAs, encodeJson } from './json.ts';
import { privateKeyFrom, publicBytes } from './keyPair.ts';
import { pad, paddedLength, unpad } from './padding.ts';
import { sealOverhead } from './sealedLength.ts';

/** What an invite's secret gives (I1). The relay learns `publicKey` alone. */
export interface InviteKeys {
  /** Ed25519, 32 bytes: names the invite. */
  readonly publicKey: Uint8Array;
  /** 64 bytes over the connection's challenge and the room id (N1). */
  sign(challenge: Uint8Array, room: Uint8Array): Uint8Array;
  /** AES-256-GCM keys of knocks and of welcomes. */
  readonly knockKey: KeyObject;
  readonly welcomeKey: KeyObject;
}

/** `secret` is 32 bytes, `room` 16. */
export function inviteKeysOf(secret: Uint8Array, room: Uint8Array): InviteKeys {
  const seed = derive(secret, room, 'invite');
  const key = privateKeyFrom('ed25519', seed);
  seed.fill(0);
  return {
    publicKey: publicBytes(key),
    sign: (challenge, room) => new Uint8Array(sign(null, knockMessage(challenge, room), key)),
    knockKey: secretKey(secret, room, 'knock'),
    welcomeKey: secretKey(secret, room, 'welcome'),
  };
}

/** I2. Bound to its id: the relay cannot pass one knock's content for another's. */
export function sealKnock(keys: InviteKeys, id: Uint8Array, content: KnockContent): Uint8Array {
  return sealBytes(keys.knockKey, encodeJson(content), id);
}

/** Null for what no holder of the invite sealed, or a newer version did. */
export function openKnock(keys: InviteKeys, id: Uint8Array, sealed: Uint8Array): KnockContent | null {
  const plaintext = openBytes(keys.knockKey, sealed, id);
  return plaintext && decodeJsonAs(knockContent, plaintext);
}

/** I3. Inside is an MLS welcome, which only the joiner's key package opens; padded, since its tree tells the room's size. */
export function sealWelcome(keys: InviteKeys, id: Uint8Array, welcome: Uint8Array): Uint8Array {
  return sealBytes(keys.welcomeKey, pad(welcome, sealOverhead), id);
}

export function openWelcome(keys: InviteKeys, id: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  const plaintext = openBytes(keys.welcomeKey, sealed, id);
  return plaintext && unpad(plaintext, sealOverhead);
}

/** Of a welcome of so many bytes, sealed. */
export function sealedWelcomeLength(length: number): number {
  return paddedLength(4 + length + sealOverhead);
}

function secretKey(secret: Uint8Array, room: Uint8Array, name: string): KeyObject {
  const bytes = derive(secret, room, name);
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}

function derive(secret: Uint8Array, room: Uint8Array, name: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, room, `otr-chatroom ${name} v1`, 32));
}
