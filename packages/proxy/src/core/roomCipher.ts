import type { EnvelopeEntry, ProblemCode, Slice } from '@otr/protocol';

/** What the relay stores of a message: ciphertext plus routing. */
export type SealedEnvelope = { from: Uint8Array; slices: Slice[]; body?: Uint8Array };

export type Opened =
  | { ok: true; plaintext: Uint8Array }
  /** `notForUs`: no slice is addressed to a key that we hold. */
  | { ok: false; problem: ProblemCode | 'notForUs' };

/**
 * How a room's messages are sealed. Everything outside `core/` knows this interface only: the pairwise cipher is one
 * implementation, an MLS group will be another.
 */
export interface RoomCipher {
  /** `id` is the entry's 16 bytes; `plaintext` comes from `encodePayload` and is padded already. */
  seal(message: { id: Uint8Array; plaintext: Uint8Array; recipients: Uint8Array[] }): SealedEnvelope;
  /** Checks everything that the ciphertext proves: the sender holds `from`, and id, room and recipient are as sealed. */
  open(entry: Pick<EnvelopeEntry, 'id' | 'from' | 'slices' | 'body'>): Opened;
}
