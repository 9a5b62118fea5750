import { createHash, createSecretKey, type KeyObject, sign } from 'node:crypto';
import { epochAuthenticator, exportSecret, type GroupState } from '@otr/mls';
import { enterRoomMessage, type Volatile, volatile } from '@otr/protocol';
import { openBytes, sealBytes } from '../aead.ts';
import { decodeJsonAs, encodeJson } from '../json.ts';
import { privateKeyFrom, publicBytes } from '../keyPair.ts';
import { toText } from '../text.ts';

/** What the secrets of an epoch give beside its messages (RFC 9420 §8.5, rules G5 and G6). */

const empty = new Uint8Array();

/** Ed25519: proves to the relay that we are a member of this epoch. */
export interface AccessKey {
  readonly publicKey: Uint8Array;
  /** 64 bytes over the connection's challenge and the room id (S3). */
  sign(challenge: Uint8Array, room: Uint8Array): Uint8Array;
}

export function accessKeyOf(group: GroupState): AccessKey {
  const seed = exportSecret(group, 'otr-chatroom access key v1', empty, 32);
  const key = privateKeyFrom('ed25519', seed);
  seed.fill(0);
  return {
    publicKey: publicBytes(key),
    sign: (challenge, room) => new Uint8Array(sign(null, enterRoomMessage(challenge, room), key)),
  };
}

/** 32 bytes as text, the same for two members exactly if they agree on the room's whole history (RFC 9420 §8.7). */
export function authenticatorOf(group: GroupState): string {
  const secret = epochAuthenticator(group);
  const hash = createHash('sha256').update('otr-chatroom authenticator v1').update(secret).digest();
  secret.fill(0);
  return toText(hash);
}

/** Fanned out and never stored. It uses up no key of the ratchet: who loses one misses nothing. */
export function sealVolatile(group: GroupState, value: Volatile): Uint8Array {
  return sealBytes(volatileKey(group), encodeJson(value), group.context.groupId);
}

export function openVolatile(group: GroupState, sealed: Uint8Array): Volatile | null {
  const plaintext = openBytes(volatileKey(group), sealed, group.context.groupId);
  return plaintext && decodeJsonAs(volatile, plaintext);
}

const volatileKeys = new WeakMap<GroupState['encodedContext'], KeyObject>();

function volatileKey(group: GroupState): KeyObject {
  const known = volatileKeys.get(group.encodedContext);
  if (known) return known;
  const bytes = exportSecret(group, 'otr-chatroom volatile v1', empty, 32);
  const key = createSecretKey(bytes);
  bytes.fill(0);
  volatileKeys.set(group.encodedContext, key);
  return key;
}
