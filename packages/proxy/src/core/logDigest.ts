import { createHash } from 'node:crypto';
import type { Entry } from '@otr/protocol';
import { uint64 } from './text.ts';

const kindByte = { message: 4, commit: 5 } as const;
/** Stands for an access key where there is none. */
const noKey = new Uint8Array(32);

/** M7: the digest of a room's empty log, 32 bytes. */
export function initialDigest(room: Uint8Array): Uint8Array {
  return createHash('sha256').update('otr-chatroom log v1').update(room).digest();
}

/** M7: 32 bytes that stand for the part of an entry that every member is given. */
export function linkOf(entry: Entry, bodyDigest = digestOfBody(entry.body)): Uint8Array {
  return createHash('sha256')
    .update('otr-chatroom link v1')
    .update(uint64(entry.seq))
    .update(uint64(entry.epoch))
    .update(entry.id)
    .update(Uint8Array.of(kindByte[entry.kind]))
    .update(entry.kind === 'commit' ? entry.accessKey : noKey)
    .update(bodyDigest)
    .digest();
}

export function digestOfBody(body: Uint8Array): Uint8Array {
  return createHash('sha256').update(body).digest();
}

export function nextDigest(digest: Uint8Array, link: Uint8Array): Uint8Array {
  return createHash('sha256').update(digest).update(link).digest();
}
