import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import type { GroupState } from '@otr/mls';
import { nonceLength, tagLength } from '../aead.ts';
import { hkdfKey, noSalt } from '../identity/hkdf.ts';
import { pad, unpad } from '../padding.ts';
import { uint64 } from '../text.ts';
import { marker, payloadAt } from './header.ts';

/** D4: body = 0x57 ‖ header ‖ ciphertext ‖ tag. */

/** A body key encrypts one body: its content key is random, and its generation used once. */
const zeroNonce = new Uint8Array(nonceLength);
/** What a body has beside its padded payload: the payload is padded so that the whole is one of the sizes of M3. */
const overhead = payloadAt + tagLength;

/** The two halves of a body key: who has only one of them opens nothing. */
export interface BodySecrets {
  /** 32 random bytes, in the slices of those who are addressed. */
  readonly contentKey: Uint8Array;
  /** Key ‖ nonce of the sender's generation. */
  readonly generation: Uint8Array;
}

export function sealBody(
  group: GroupState,
  plaintext: Uint8Array,
  { id, header, secrets }: { id: Uint8Array; header: Uint8Array; secrets: BodySecrets },
): Uint8Array {
  const padded = pad(plaintext, overhead);
  const cipher = createCipheriv('aes-256-gcm', bodyKey(secrets), zeroNonce);
  cipher.setAAD(bodyContext(group, id, header));
  const body = new Uint8Array(padded.length + overhead);
  body[0] = marker;
  body.set(header, 1);
  body.set(cipher.update(padded), payloadAt);
  cipher.final();
  body.set(cipher.getAuthTag(), body.length - tagLength);
  padded.fill(0);
  return body;
}

/** The plaintext, a copy to wipe; null where the body was not sealed under these secrets, for this group, epoch and id. */
export function openBody(
  group: GroupState,
  body: Uint8Array,
  { id, secrets }: { id: Uint8Array; secrets: BodySecrets },
): Uint8Array | null {
  if (body.length < overhead) return null;
  const decipher = createDecipheriv('aes-256-gcm', bodyKey(secrets), zeroNonce, { authTagLength: tagLength });
  decipher.setAAD(bodyContext(group, id, body.subarray(1, payloadAt)));
  decipher.setAuthTag(body.subarray(body.length - tagLength));
  const padded = decipher.update(body.subarray(payloadAt, body.length - tagLength));
  try {
    decipher.final();
    const plaintext = unpad(padded, overhead);
    return plaintext && Uint8Array.from(plaintext);
  } catch {
    return null;
  } finally {
    padded.fill(0);
  }
}

function bodyKey({ contentKey, generation }: BodySecrets): KeyObject {
  const input = Buffer.concat([contentKey, generation]);
  const key = hkdfKey(input, noSalt, label);
  input.fill(0);
  return key;
}

const label = Buffer.from('otr-chatroom whisper body v1');

function bodyContext(group: GroupState, id: Uint8Array, header: Uint8Array): Uint8Array {
  const { groupId, epoch } = group.context;
  return Buffer.concat([groupId, uint64(Number(epoch)), id, header]);
}
