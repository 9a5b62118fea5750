import { createHash } from 'node:crypto';

/** K8: 32 bytes that stand for the set of member keys (32 bytes each, any order), our own among them. */
export function rosterHash(room: Uint8Array, publicKeys: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256').update('otr-chatroom roster v1').update(room);
  for (const key of [...publicKeys].sort(Buffer.compare)) hash.update(key);
  return hash.digest();
}
