import { concat } from '../codec/bytes.ts';
import { check } from '../errors.ts';
import { type TakenFromTree, takeToReceive, takeToSend } from '../schedule/secretTree.ts';
import type { Erase, GroupState } from './state.ts';

/**
 * Keys of single application messages without the message: for content that the application encrypts and
 * authenticates by itself. RFC 9420 signs what a member says (§6.1); what must not be signed can still have the forward
 * secrecy of the ratchets (§9.1) this way. A generation is used up like any other, by whichever of the two it is taken.
 */

export interface Generation {
  /** Store it before anything that depends on `secret` leaves, or is shown. The state given stays good until then. */
  readonly state: GroupState;
  /** Place in the sender's application ratchet in this epoch, a uint32. */
  readonly generation: number;
  /**
   * Key ‖ nonce of that generation: `suite.aead.keyLength` and `suite.aead.nonceLength` octets, a copy for the caller to
   * wipe. For one message only: derive a key for each use from it, and never take it for two plaintexts.
   */
  readonly secret: Uint8Array;
  readonly erase: Erase;
}

/**
 * Takes the next generation of our own application ratchet and seals nothing. Errors: `groupClosed`,
 * `generationExhausted`.
 */
export function takeGeneration(state: GroupState): Generation {
  check(!state.closed, 'groupClosed');
  const { suite } = state.config;
  return generationOf(state, takeToSend(suite, state.messageKeys, state.self.leafIndex, 'application'));
}

/**
 * Takes a named generation (uint32) of another member's application ratchet of the current epoch. Nothing here says that
 * this member made anything with it: keep `state` only once the content has proved good, or anybody could use up
 * generations. Errors: `groupClosed`, `senderNotMember`, `ownMessage`, `generationUsed`, `generationTooFar`.
 */
export function openGeneration(state: GroupState, leafIndex: number, generation: number): Generation {
  check(!state.closed, 'groupClosed');
  check(state.tree.leaf(leafIndex) !== undefined, 'senderNotMember', `leaf ${leafIndex}`);
  check(leafIndex !== state.self.leafIndex, 'ownMessage');
  const { suite, policy } = state.config;
  const taken = takeToReceive(suite, state.messageKeys, leafIndex, 'application', generation, policy);
  return generationOf(state, taken);
}

function generationOf(state: GroupState, taken: TakenFromTree): Generation {
  const { tree, generation, messageKey, erase } = taken;
  const secret = concat(messageKey.key, messageKey.nonce);
  for (const used of [messageKey.key, messageKey.nonce]) used.fill(0);
  return { state: { ...state, messageKeys: tree }, generation, secret, erase };
}
