import type { KeyObject } from 'node:crypto';
import { type Erase, type Generation, type GroupState, MlsError, openGeneration } from '@otr/mls';
import { openBody } from './body.ts';
import { type WhisperSender, whisperSender } from './header.ts';
import { openSlice } from './slice.ts';

export interface OpenedWhisper {
  /** Store it before the plaintext is acknowledged: the generation is used up. */
  readonly group: GroupState;
  /** A copy for the caller to wipe. */
  readonly plaintext: Uint8Array;
  /** Of the sender's whispers to us: 1, 2, 3 … */
  readonly counter: number;
  readonly erase: Erase;
}

/**
 * D4, D5: opens a whisper of this epoch. `ciphertext` is our slice, `key` that of the pair with whom `whisperSender`
 * names. Null where it is not for us, or one bit is not as it was sealed; 'replayed' where its generation was used. In
 * both cases nothing is taken out of the ratchet: nobody but the pair can use up a generation.
 */
export function openWhisper(
  group: GroupState,
  options: { id: Uint8Array; body: Uint8Array; ciphertext: Uint8Array; key: KeyObject },
): OpenedWhisper | 'replayed' | null {
  const { id, body, key } = options;
  const sender = whisperSender(group, id, body);
  const slice = sender && openSlice(group, key, options);
  if (!sender || !slice) return null;
  const { contentKey, counter } = slice;
  try {
    const taken = takeFrom(group, sender);
    if (!taken || taken === 'replayed') return taken;
    const { state, secret, erase } = taken;
    const plaintext = openBody(group, body, { id, secrets: { contentKey, generation: secret } });
    secret.fill(0);
    return plaintext && { group: state, plaintext, counter, erase };
  } finally {
    contentKey.fill(0);
  }
}

function takeFrom(
  group: GroupState,
  { leafIndex, generation }: WhisperSender,
): Generation | 'replayed' | null {
  try {
    return openGeneration(group, leafIndex, generation);
  } catch (error) {
    if (!(error instanceof MlsError)) throw error;
    return error.code === 'generationUsed' ? 'replayed' : null;
  }
}
