import type { GroupState } from '@otr/mls';
import { nonceLength, openBytes, sealBytes, tagLength } from '../aead.ts';
import { headerKey } from './epochSecrets.ts';

/** No MLS message starts with it: they start with their version, 0x0001 (RFC 9420 §6). */
export const marker = 0x57;

export const headerLength = nonceLength + 8 + tagLength;
/** Where a body goes on after its header. */
export const payloadAt = 1 + headerLength;

/** Who whispers, and which generation of its application ratchet is in the body key. */
export interface WhisperSender {
  readonly leafIndex: number;
  readonly generation: number;
}

/** Whether an entry's body is a whisper, not an MLS message. Says nothing about its being good. */
export function isWhisper(body: Uint8Array): boolean {
  return body[0] === marker;
}

/** D4: `headerLength` bytes. Any member of the epoch can make one for any sender. */
export function sealHeader(group: GroupState, id: Uint8Array, sender: WhisperSender): Uint8Array {
  const plaintext = new Uint8Array(8);
  const view = new DataView(plaintext.buffer);
  view.setUint32(0, sender.leafIndex);
  view.setUint32(4, sender.generation);
  return sealBytes(headerKey(group), plaintext, headerContext(group, id));
}

/**
 * Whom the header of a body names, or null where it is none of this epoch and entry id. A claim of some member of the
 * epoch: only a slice that opens under the pair's key, and the body with it, make it good.
 */
export function whisperSender(group: GroupState, id: Uint8Array, body: Uint8Array): WhisperSender | null {
  if (!isWhisper(body) || body.length < payloadAt) return null;
  const plaintext = openBytes(headerKey(group), body.subarray(1, payloadAt), headerContext(group, id));
  if (!plaintext) return null;
  const view = new DataView(plaintext.buffer, plaintext.byteOffset, plaintext.length);
  return { leafIndex: view.getUint32(0), generation: view.getUint32(4) };
}

function headerContext(group: GroupState, id: Uint8Array): Uint8Array {
  return Buffer.concat([group.context.groupId, id]);
}
