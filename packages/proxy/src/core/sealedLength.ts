/**
 * What sealing adds to a plaintext, in bytes: the relay sees the sealed length, so that is the one which padding has to
 * bring to a length of the list (M3).
 */

/** `sealBytes`: nonce 12 and tag 16. */
export const sealOverhead = 12 + 16;

/**
 * An MLSMessage with a PrivateMessage in it, and no authenticated data (RFC 9420 §6 and §6.3): version and wire format,
 * group id, epoch, content type, authenticated data, sealed sender data; then the ciphertext behind its own length.
 */
export function messageOverhead(plaintextLength: number): number {
  const ciphertext = plaintextLength + tag;
  return head + vectorHead(ciphertext) + tag;
}

const tag = 16;
const groupId = 16;
/** Leaf index, generation and reuse guard. */
const senderData = 4 + 4 + 4;
const head = 2 + 2 + (1 + groupId) + 8 + 1 + 1 + (1 + senderData + tag);

/** The length before a vector's bytes (RFC 9420 §2.1.2). */
function vectorHead(length: number): number {
  if (length < 2 ** 6) return 1;
  return length < 2 ** 14 ? 2 : 4;
}
