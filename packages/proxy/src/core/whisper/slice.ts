import { createHash, type KeyObject } from 'node:crypto';
import type { GroupState } from '@otr/mls';
import { nonceLength, openBytes, sealBytes, tagLength } from '../aead.ts';
import { sameBytes, uint64 } from '../text.ts';

const keyLength = 32;
const hashLength = 32;
const counterLength = 4;

/** Every slice has this length, whether it opens or not: 96 bytes. */
export const sliceLength = nonceLength + keyLength + hashLength + counterLength + tagLength;

/** What a slice tells the one who opens it. */
export interface SliceContent {
  /** 32 bytes, for the caller to wipe. */
  readonly contentKey: Uint8Array;
  /** Of the sender's whispers to this member: 1, 2, 3 … */
  readonly counter: number;
}

/** D4: seals `content` and the hash of the body (32 bytes) under the key of a pair. */
export function sealSlice(
  group: GroupState,
  key: KeyObject,
  { id, bodyHash, content }: { id: Uint8Array; bodyHash: Uint8Array; content: SliceContent },
): Uint8Array {
  const plaintext = Buffer.alloc(keyLength + hashLength + counterLength);
  plaintext.set(content.contentKey);
  plaintext.set(bodyHash, keyLength);
  plaintext.writeUInt32BE(content.counter, keyLength + hashLength);
  const sealed = sealBytes(key, plaintext, sliceContext(group, id));
  plaintext.fill(0);
  return sealed;
}

/**
 * Null where the slice is not for this pair, group, epoch and id, or was made for another body: who else is addressed
 * knows the content key, and could put a body of its own in the place.
 */
export function openSlice(
  group: GroupState,
  key: KeyObject,
  { id, body, ciphertext }: { id: Uint8Array; body: Uint8Array; ciphertext: Uint8Array },
): SliceContent | null {
  if (ciphertext.length !== sliceLength) return null;
  const plaintext = openBytes(key, ciphertext, sliceContext(group, id));
  if (!plaintext) return null;
  const isForBody = sameBytes(plaintext.subarray(keyLength, keyLength + hashLength), hashOf(body));
  const content = isForBody ? contentOf(plaintext) : null;
  plaintext.fill(0);
  return content;
}

function contentOf(plaintext: Uint8Array): SliceContent {
  const counter = Buffer.from(plaintext.subarray(keyLength + hashLength)).readUInt32BE();
  return { contentKey: Uint8Array.from(plaintext.subarray(0, keyLength)), counter };
}

export function hashOf(body: Uint8Array): Uint8Array {
  return createHash('sha256').update(body).digest();
}

function sliceContext(group: GroupState, id: Uint8Array): Uint8Array {
  const { groupId, epoch } = group.context;
  return Buffer.concat([groupId, uint64(Number(epoch)), id]);
}
