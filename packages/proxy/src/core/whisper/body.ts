import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import type { GroupState } from '@otr/mls';
import { nonceLength, tagLength } from '../aead.ts';
import { hkdf, hkdfKey, noSalt } from '../identity/hkdf.ts';
import { pad, unpad } from '../padding.ts';
import { sameBytes, uint64 } from '../text.ts';
import { marker, payloadAt } from './header.ts';

/** D4: body = 0x57 ‖ header ‖ commitment ‖ ciphertext ‖ tag. */

/** A body key encrypts one body: its content key is random, and its generation used once. */
const zeroNonce = new Uint8Array(nonceLength);
const commitmentLength = 32;
const ciphertextAt = payloadAt + commitmentLength;
/** What a body has beside its padded payload: the payload is padded so that the whole is one of the sizes of M3. */
const overhead = ciphertextAt + tagLength;

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
  const { key, commitment } = bodyKeys(secrets);
  const cipher = createCipheriv('aes-256-gcm', key, zeroNonce);
  cipher.setAAD(bodyContext(group, id, header));
  const body = new Uint8Array(padded.length + overhead);
  body[0] = marker;
  body.set(header, 1);
  body.set(commitment, payloadAt);
  body.set(cipher.update(padded), ciphertextAt);
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
  const { key, commitment } = bodyKeys(secrets);
  if (!sameBytes(commitment, body.subarray(payloadAt, ciphertextAt))) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, zeroNonce, { authTagLength: tagLength });
  decipher.setAAD(bodyContext(group, id, body.subarray(1, payloadAt)));
  decipher.setAuthTag(body.subarray(body.length - tagLength));
  const padded = decipher.update(body.subarray(ciphertextAt, body.length - tagLength));
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

/**
 * AES-GCM does not commit to its key: a ciphertext can be made that opens under two, as two texts. A sender who gave its
 * recipients different content keys would tell them different things in one whisper; the commitment is of one key.
 */
function bodyKeys({ contentKey, generation }: BodySecrets): { key: KeyObject; commitment: Uint8Array } {
  const input = Buffer.concat([contentKey, generation]);
  const keys = { key: hkdfKey(input, noSalt, label), commitment: hkdf(input, noSalt, commitmentLabel) };
  input.fill(0);
  return keys;
}

const label = Buffer.from('otr-chatroom whisper body v1');
const commitmentLabel = Buffer.from('otr-chatroom whisper commitment v1');

function bodyContext(group: GroupState, id: Uint8Array, header: Uint8Array): Uint8Array {
  const { groupId, epoch } = group.context;
  return Buffer.concat([groupId, uint64(Number(epoch)), id, header]);
}
