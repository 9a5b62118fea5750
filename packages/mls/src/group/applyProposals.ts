import { check, fail } from '../errors.ts';
import type { Extension } from '../message/extension.ts';
import type { KeyPackage } from '../message/keyPackage.ts';
import { requiresPath } from '../message/proposal.ts';
import type { PreSharedKey, PskName } from '../schedule/psk.ts';
import type { RatchetTree } from '../tree/ratchetTree.ts';
import { checkExternalSenders, validateKeyPackage, validateLeaf } from './leafValidation.ts';
import type { CommittedProposal } from './policy.ts';
import type { GroupState } from './state.ts';

/** What a list of proposals makes of a group (RFC 9420 §12.3), before the path of the commit. */
export interface Applied {
  /** A copy: the caller goes on changing it. */
  readonly tree: RatchetTree;
  readonly extensions: readonly Extension[];
  readonly added: readonly { readonly leafIndex: number; readonly keyPackage: KeyPackage }[];
  readonly removed: readonly number[];
  /** Leaves that are new in this epoch and have to agree with all others. */
  readonly changed: Set<number>;
  readonly psks: readonly PreSharedKey[];
  readonly pathRequired: boolean;
  readonly externalInit: Uint8Array | undefined;
  readonly reInit: boolean;
  readonly contextChanged: boolean;
}

/** Applies a validated list in the order of §12.3, validating every leaf it brings. */
export function applyProposals(
  state: GroupState,
  list: readonly CommittedProposal[],
  sending: boolean,
): Applied {
  const { config, context } = state;
  const tree = state.tree.copy();
  const changed = new Set<number>();
  const removed: number[] = [];
  const added: { leafIndex: number; keyPackage: KeyPackage }[] = [];
  const psks: PreSharedKey[] = [];
  let extensions = context.extensions;
  let contextChanged = false;
  let externalInit: Uint8Array | undefined;
  let reInit = false;

  for (const { proposal } of list) {
    if (proposal.type === 'groupContextExtensions') {
      extensions = proposal.extensions;
      checkExternalSenders(config, extensions, context.groupId);
      contextChanged = true;
    }
  }
  const checks = (leafIndex: number) => ({
    position: { groupId: context.groupId, leafIndex },
    extensions,
    sending,
  });
  for (const { proposal, sender } of list) {
    if (proposal.type !== 'update' || sender.type !== 'member') continue;
    const { leafIndex } = sender;
    const previous = state.tree.leaf(leafIndex) ?? fail('senderForbidden');
    validateLeaf(config, proposal.leafNode, { place: 'update', previous, ...checks(leafIndex) });
    tree.blankPath(leafIndex);
    tree.setLeaf(leafIndex, proposal.leafNode);
    changed.add(leafIndex);
  }
  for (const { proposal } of list) {
    if (proposal.type !== 'remove') continue;
    tree.remove(proposal.leafIndex);
    removed.push(proposal.leafIndex);
  }
  for (const { proposal } of list) {
    if (proposal.type !== 'add') continue;
    const { keyPackage } = proposal;
    validateKeyPackage(config, keyPackage, { place: 'keyPackage', ...checks(-1) });
    const leafIndex = tree.add(keyPackage.leafNode);
    added.push({ leafIndex, keyPackage });
    changed.add(leafIndex);
  }
  check(tree.width <= config.policy.maximumWidth, 'tooLarge', 'tree');
  for (const { proposal } of list) {
    // Whom the commit removes needs no keys of the next epoch, and may not have them.
    if (proposal.type === 'psk' && !removed.includes(state.self.leafIndex))
      psks.push({ id: proposal.psk, secret: findPsk(state, proposal.psk) });
    if (proposal.type === 'externalInit') externalInit = proposal.kemOutput;
    if (proposal.type === 'reInit') reInit = true;
  }
  const pathRequired = list.length === 0 || list.some(({ proposal }) => requiresPath(proposal.type));
  return {
    tree,
    extensions,
    added,
    removed,
    changed,
    psks,
    pathRequired,
    externalInit,
    reInit,
    contextChanged,
  };
}

/** §8.4: resumption keys of this group come from its epochs, all others from the application. */
export function findPsk(state: GroupState, name: PskName): Uint8Array {
  const own = name.type === 'resumption' && Buffer.compare(name.groupId, state.context.groupId) === 0;
  if (own) {
    if (name.epoch === state.context.epoch) return state.secrets.resumption;
    const past = state.past.find(({ epoch }) => epoch === name.epoch);
    if (past !== undefined) return past.resumption;
  }
  return state.config.psk?.(name) ?? fail('pskUnknown');
}
