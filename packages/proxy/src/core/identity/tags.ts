import { createHmac, type KeyObject } from 'node:crypto';
import { sameBytes } from '../text.ts';

/** Where a tag holds (D3): any other room, epoch, leaf or direction has another tag. */
export interface TagContext {
  /** The group id, 16 bytes. */
  readonly room: Uint8Array;
  /** Of the epoch that the message is sealed in (M6), 32 bytes. */
  readonly authenticator: Uint8Array;
  /** SHA-256 of the encoded leaf nodes of who shows itself and of whom it is shown to, 32 bytes each. */
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

export const tagLength = 16;

const label = Buffer.from('otr-chatroom tag v1');

/** D3: `tagLength` bytes. `key` is the pair's for this direction. */
export function makeTag(key: KeyObject, { room, authenticator, from, to }: TagContext): Uint8Array {
  const bytes = Buffer.concat([label, room, authenticator, from, to]);
  return new Uint8Array(createHmac('sha256', key).update(bytes).digest().subarray(0, tagLength));
}

/** In constant time. */
export function isTag(key: KeyObject, context: TagContext, tag: Uint8Array): boolean {
  return sameBytes(makeTag(key, context), tag);
}
