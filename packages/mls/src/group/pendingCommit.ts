import { fail } from '../errors.ts';
import { allSecrets, type Erase, type GroupState, succeed } from './state.ts';

/** The commit won: enters the epoch it opened. The former state and its secrets are to be erased. */
export function acceptCommit(state: GroupState): { state: GroupState; erase: Erase } {
  return succeed(state, state.pending ?? fail('noCommitPending'));
}

/**
 * The commit is lost and no other is at hand yet. (Receiving the winner's commit does this by itself.) The
 * generation that encrypted the lost commit stays used.
 */
export function discardCommit(state: GroupState): { state: GroupState; erase: Erase } {
  const pending = state.pending ?? fail('noCommitPending');
  return { state: { ...state, pending: undefined }, erase: allSecrets(pending, state) };
}
