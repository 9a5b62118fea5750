import { type Erase, type GroupState, MlsError, receiveMessage, sealMessage } from '@otr/mls';
import { sameBytes } from '../text.ts';
import { type Changes, changesBetween } from './changes.ts';
import { governed } from './config.ts';
import { type RoomView, viewOf } from './view.ts';

/** One ciphertext for all members. Store `group` before `body` leaves. */
export function sealForRoom(
  group: GroupState,
  plaintext: Uint8Array,
): { group: GroupState; body: Uint8Array; erase: Erase } {
  const { state, send, erase } = sealMessage(group, plaintext);
  return { group: state, body: send, erase };
}

export type Opened =
  | {
      readonly kind: 'message';
      readonly group: GroupState;
      readonly from: string;
      readonly plaintext: Uint8Array;
      readonly erase: Erase;
    }
  | { readonly kind: 'commit'; readonly group: GroupState; readonly changes: Changes; readonly erase: Erase }
  /** A commit removed us; there is no next epoch for us. */
  | { readonly kind: 'removed'; readonly by: string; readonly erase: Erase }
  /** Sealed by our own leaf: another copy of our keys exists, or ours are older than what was sent. */
  | { readonly kind: 'own' }
  /** Its keys were used already. */
  | { readonly kind: 'replayed' }
  /** `code` of the `MlsError`. */
  | { readonly kind: 'refused'; readonly code: string };

/** Opens a message or commit of the room. `group` stays good whatever comes of it. */
export function openForRoom(group: GroupState, body: Uint8Array, leaving: ReadonlySet<string>): Opened {
  const before = viewOf(group);
  try {
    const received = receiveMessage(governed(group, leaving), body);
    switch (received.kind) {
      case 'application': {
        const { state, data, sender, erase } = received;
        const from = [...before.members.values()].find(({ leafIndex }) => leafIndex === sender)?.id ?? '';
        return { kind: 'message', group: state, from, plaintext: data, erase };
      }
      case 'commit': {
        const { state, committer, erase } = received;
        const after = viewOf(state);
        // D2: who has another identity comes in anew.
        if (!keepsIdentities(before, after)) return { kind: 'refused', code: 'identityChanged' };
        const changes = changesBetween(before, after, idAt(before, committer));
        return { kind: 'commit', group: state, changes, erase };
      }
      case 'removed':
        return { kind: 'removed', by: idAt(before, received.committer), erase: received.erase };
      case 'proposal':
        return { kind: 'refused', code: 'proposalsRefused' };
    }
  } catch (error) {
    if (error instanceof MlsError) return refusal(error.code);
    // Settings that are no room's: the same for every member, so nobody follows.
    if (error instanceof TypeError) return { kind: 'refused', code: 'settings' };
    throw error;
  }
}

function refusal(code: string): Opened {
  if (code === 'ownMessage') return { kind: 'own' };
  return code === 'generationUsed' ? { kind: 'replayed' } : { kind: 'refused', code };
}

function keepsIdentities(before: RoomView, after: RoomView): boolean {
  return [...after.members.values()].every(({ id, identityKey }) => {
    const was = before.members.get(id);
    return was === undefined || sameBytes(was.identityKey, identityKey);
  });
}

function idAt(view: RoomView, leaf: number): string {
  return [...view.members.values()].find(({ leafIndex }) => leafIndex === leaf)?.id ?? '';
}
