import { type KeyObject, randomBytes } from 'node:crypto';
import { type Erase, type GroupState, members, takeGeneration } from '@otr/mls';
import type { Slice } from '@otr/protocol';
import { sealBody } from './body.ts';
import { sliceAddress } from './epochSecrets.ts';
import { sealHeader, type WhisperSender } from './header.ts';
import { hashOf, sealSlice, sliceLength } from './slice.ts';

/** A member who is handed a slice. `key` is that of the pair (D4); null where the whisper is not for it. */
export interface Reader {
  readonly leafIndex: number;
  /** Of our whispers to this member, a uint32; only who opens the slice learns it. */
  readonly counter: number;
  readonly key: KeyObject | null;
}

export interface WhisperOptions {
  /** The entry's id, 16 bytes. */
  readonly id: Uint8Array;
  /** All members but the sender, in any order. */
  readonly readers: readonly Reader[];
}

export interface WhisperEntry {
  /** One for each reader, all of the same length, in the order of leaves. */
  readonly slices: Slice[];
  readonly body: Uint8Array;
}

/**
 * D4, D5: seals a whisper of ours, unsigned, under the next generation of our application ratchet. Store `group` before
 * the rest leaves. Errors: those of `takeGeneration`; a list that is not all other members is a bug.
 */
export function sealWhisper(
  group: GroupState,
  plaintext: Uint8Array,
  options: WhisperOptions,
): WhisperEntry & { group: GroupState; erase: Erase } {
  const { state, generation, secret, erase } = takeGeneration(group);
  const sender = { leafIndex: group.self.leafIndex, generation };
  const entry = composeWhisper(group, plaintext, { ...options, sender, secret });
  secret.fill(0);
  return { ...entry, group: state, erase };
}

/**
 * A whisper that says it is of `sender`; `secret` is key ‖ nonce of that generation. Nothing is signed: whoever has the
 * keys of the readers can make it, and `otr forge` does.
 */
export function composeWhisper(
  group: GroupState,
  plaintext: Uint8Array,
  options: WhisperOptions & { sender: WhisperSender; secret: Uint8Array },
): WhisperEntry {
  const { id, sender, secret } = options;
  const readers = inOrder(group, options.readers, sender.leafIndex);
  const contentKey = randomBytes(32);
  const header = sealHeader(group, id, sender);
  const body = sealBody(group, plaintext, { id, header, secrets: { contentKey, generation: secret } });
  const bodyHash = hashOf(body);
  const slices = readers.map(({ leafIndex, counter, key }) => ({
    to: sliceAddress(group, leafIndex),
    // What is not to be opened looks the same: neither the relay nor who gets it can tell who is addressed.
    ciphertext: key
      ? sealSlice(group, key, { id, bodyHash, content: { contentKey, counter } })
      : new Uint8Array(randomBytes(sliceLength)),
  }));
  contentKey.fill(0);
  return { slices, body };
}

/** A member without a slice would be told apart by it, and so would readers in the order in which they were chosen. */
function inOrder(group: GroupState, readers: readonly Reader[], sender: number): readonly Reader[] {
  const sorted = [...readers].sort((left, right) => left.leafIndex - right.leafIndex);
  const others = members(group).filter(({ leafIndex }) => leafIndex !== sender);
  const isComplete =
    sorted.length === others.length && others.every(({ leafIndex }, n) => leafIndex === sorted[n]?.leafIndex);
  if (!isComplete) throw new Error('a whisper needs a slice for each other member');
  return sorted;
}
