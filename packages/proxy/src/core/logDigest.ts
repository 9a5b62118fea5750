import { createHash } from 'node:crypto';
import type { Entry } from '@otr/protocol';
import { uint64 } from './text.ts';

const kindByte = { registerKey: 1, removeKey: 2, envelope: 3, message: 4, commit: 5 } as const;
/** Stands for the sender where only the ciphertext tells it. */
const noKey = new Uint8Array(32);

/** M7: the digest of a room's empty log, 32 bytes. */
export function initialDigest(room: Uint8Array): Uint8Array {
  return createHash('sha256').update('otr-chatroom log v1').update(room).digest();
}

/** M7: 32 bytes that stand for the part of an entry that every member is given. */
export function linkOf(entry: Entry): Uint8Array {
  return createHash('sha256')
    .update('otr-chatroom link v1')
    .update(uint64(entry.seq))
    .update(uint64(entry.epoch))
    .update(entry.id)
    .update(Uint8Array.of(kindByte[entry.kind]))
    .update(keyOf(entry))
    .update(createHash('sha256').update(sharedPart(entry)).digest())
    .digest();
}

export function nextDigest(digest: Uint8Array, link: Uint8Array): Uint8Array {
  return createHash('sha256').update(digest).update(link).digest();
}

function keyOf(entry: Entry): Uint8Array {
  switch (entry.kind) {
    case 'registerKey':
    case 'removeKey':
      return entry.publicKey;
    case 'envelope':
      return entry.from;
    case 'message':
      return noKey;
    case 'commit':
      return entry.accessKey;
  }
}

function sharedPart(entry: Entry): Uint8Array {
  switch (entry.kind) {
    case 'registerKey':
      return entry.sealedProfile;
    case 'removeKey':
      return new Uint8Array();
    case 'envelope':
      return entry.body ?? new Uint8Array();
    case 'message':
    case 'commit':
      return entry.body;
  }
}
