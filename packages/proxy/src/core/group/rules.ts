import type { CommittedProposal } from '@otr/mls';
import { type GroupInvite, limits, type RoomSettings } from '@otr/protocol';
import { readSettings } from './extensions.ts';
import { hasRight, identityOf, isAdmin, type RoomView } from './view.ts';

type Committer = CommittedProposal['sender'];

/**
 * Who may change what (G4): every member checks each commit by the settings of the epoch that it ends, and follows none
 * that breaks them. `leaving` are members who said that they leave: anyone may commit their removal.
 */
export function mayCommit(
  view: RoomView,
  leaving: ReadonlySet<string>,
  proposals: readonly CommittedProposal[],
  committer: Committer,
): boolean {
  const by = memberAt(view, committer);
  if (by === undefined) return false;
  if (!proposals.every(({ sender }) => memberAt(view, sender) === by)) return false;
  const removed = removedBy(view, proposals);
  const settings = settingsIn(proposals);
  return (
    proposals.every(({ proposal }) => ownKinds.has(proposal.type)) &&
    mayAdd(view, by, proposals, removed) &&
    removed.every((id) => hasRight(view, by, 'remove') || leaving.has(id)) &&
    (settings === undefined || (settings !== null && mayChange(view, by, settings, removed.length > 0))) &&
    // Whoever is removed knows the secrets of all invites.
    (removed.length === 0 || (settings != null && hasNewSecrets(view.settings, settings)))
  );
}

const ownKinds: ReadonlySet<string> = new Set(['add', 'remove', 'groupContextExtensions']);

function memberAt(view: RoomView, sender: Committer): string | undefined {
  if (sender.type !== 'member') return undefined;
  return [...view.members.values()].find(({ leafIndex }) => leafIndex === sender.leafIndex)?.id;
}

function removedBy(view: RoomView, proposals: readonly CommittedProposal[]): string[] {
  const leaves = new Set(
    proposals.flatMap(({ proposal }) => (proposal.type === 'remove' ? [proposal.leafIndex] : [])),
  );
  return [...view.members.values()].flatMap(({ id, leafIndex }) => (leaves.has(leafIndex) ? [id] : []));
}

/** Undefined where the settings stay as they are, null where they would be none. */
function settingsIn(proposals: readonly CommittedProposal[]): RoomSettings | null | undefined {
  const change = proposals.find(({ proposal }) => proposal.type === 'groupContextExtensions');
  return change?.proposal.type === 'groupContextExtensions'
    ? readSettings(change.proposal.extensions)
    : undefined;
}

/** No pseudonym twice: a name that somebody verified must not become another's. */
function mayAdd(
  view: RoomView,
  by: string,
  proposals: readonly CommittedProposal[],
  removed: readonly string[],
): boolean {
  const added = proposals.flatMap(({ proposal }) =>
    proposal.type === 'add' ? [identityOf(proposal.keyPackage.leafNode.credential)] : [],
  );
  if (added.length === 0) return true;
  const isNew = added.every((id) => id !== '' && !view.members.has(id));
  const fits = view.members.size - removed.length + added.length <= limits.recipients + 1;
  return isNew && fits && new Set(added).size === added.length && hasRight(view, by, 'invite');
}

function mayChange(view: RoomView, by: string, next: RoomSettings, removes: boolean): boolean {
  const { settings: before } = view;
  const same = (...names: (keyof RoomSettings)[]) =>
    names.every((name) => JSON.stringify(before[name]) === JSON.stringify(next[name]));
  return (
    (same('name', 'disappearAfter') || hasRight(view, by, 'change')) &&
    (same('roles', 'admins') || isAdmin(view, by)) &&
    (same('returnSecret') || removes) &&
    (hasOnlyLess(before.invites, next.invites) || hasRight(view, by, 'invite'))
  );
}

/** Invites that were used up or withdrawn, and no other. */
function hasOnlyLess(before: readonly GroupInvite[], next: readonly GroupInvite[]): boolean {
  return next.every((invite) => {
    const was = before.find(({ secret }) => secret === invite.secret);
    return was !== undefined && JSON.stringify({ ...was, uses: invite.uses }) === JSON.stringify(invite);
  });
}

function hasNewSecrets(before: RoomSettings, next: RoomSettings): boolean {
  const known = new Set(before.invites.map(({ secret }) => secret));
  return next.returnSecret !== before.returnSecret && next.invites.every(({ secret }) => !known.has(secret));
}
