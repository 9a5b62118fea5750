import type { CommittedProposal } from '@otr/mls';
import type { GroupInvite, RoomSettings } from '@otr/protocol';
import { readProfile, readSettings } from './extensions.ts';
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
    (settings === undefined || (settings !== null && mayChange(view, by, settings, removed))) &&
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
  if (change?.proposal.type !== 'groupContextExtensions') return undefined;
  const { extensions } = change.proposal;
  // No other extension: one that we do not know could change the group's own rules.
  return extensions.length === 1 ? readSettings(extensions) : null;
}

/** No pseudonym twice: a name that somebody verified must not become another's. */
function mayAdd(
  view: RoomView,
  by: string,
  proposals: readonly CommittedProposal[],
  removed: readonly string[],
): boolean {
  const leaves = proposals.flatMap(({ proposal }) =>
    proposal.type === 'add' ? [proposal.keyPackage.leafNode] : [],
  );
  if (leaves.length === 0) return true;
  if (leaves.some(({ extensions }) => readProfile(extensions) === null)) return false;
  const added = leaves.map(({ credential }) => identityOf(credential));
  const isNew = added.every((id) => id !== '' && !view.members.has(id));
  const fits = view.members.size - removed.length + added.length <= view.capacity;
  return isNew && fits && new Set(added).size === added.length && hasRight(view, by, 'invite');
}

function mayChange(view: RoomView, by: string, next: RoomSettings, removed: readonly string[]): boolean {
  const { settings: before, members } = view;
  const isSame = (left: unknown, right: unknown) => JSON.stringify(left) === JSON.stringify(right);
  const same = (...names: (keyof RoomSettings)[]) => names.every((name) => isSame(before[name], next[name]));
  const stays = (id: string) => members.has(id) && !removed.includes(id);
  const sameAdmins = isSame(before.admins.filter(stays), next.admins);
  return (
    (same('name', 'disappearAfter') || hasRight(view, by, 'change')) &&
    ((same('roles') && sameAdmins) || isAdmin(view, by)) &&
    // Else whoever takes the pseudonym of an admin that has gone would be one.
    next.admins.every(stays) &&
    same('offTheRecord') &&
    (same('returnSecret') || removed.length > 0) &&
    (hasOnlyLess(before.invites, next.invites) || hasRight(view, by, 'invite'))
  );
}

/** Invites that were used up or withdrawn, and no other. */
function hasOnlyLess(before: readonly GroupInvite[], next: readonly GroupInvite[]): boolean {
  return next.every((invite) => {
    const was = before.find(({ secret }) => secret === invite.secret);
    if (was === undefined || (invite.uses ?? Infinity) > (was.uses ?? Infinity)) return false;
    if (was.uses === null && invite.uses !== null) return false;
    return JSON.stringify({ ...was, uses: invite.uses }) === JSON.stringify(invite);
  });
}

function hasNewSecrets(before: RoomSettings, next: RoomSettings): boolean {
  const known = new Set(before.invites.map(({ secret }) => secret));
  return next.returnSecret !== before.returnSecret && next.invites.every(({ secret }) => !known.has(secret));
}
