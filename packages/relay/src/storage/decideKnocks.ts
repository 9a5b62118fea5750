import { mapKey } from '../bytes.ts';
import type { StoredKnock } from './facts.ts';
import { noKnock, refused, stored } from './refusal.ts';
import type { RoomDraft } from './roomDraft.ts';
import type { StorageLimits } from './storage.ts';
import type { WriteOf, Written } from './write.ts';

/** Rule N1. */
export function putInvite(draft: RoomDraft, write: WriteOf<'putInvite'>, limits: StorageLimits): Written {
  const invite = mapKey(write.invite);
  if (draft.hasInvite(invite)) return stored(draft);
  if (draft.after.invites >= limits.invitesPerRoom) {
    return refused(
      'roomFull',
      `The room has its limit of ${limits.invitesPerRoom} invites. Remove one first.`,
    );
  }
  draft.invites.set(invite, write.invite);
  draft.change({ invites: draft.after.invites + 1 });
  return stored(draft);
}

/** Its waiting knocks end with it (rule N5). */
export function removeInvite(draft: RoomDraft, write: WriteOf<'removeInvite'>): Written {
  const invite = mapKey(write.invite);
  if (!draft.hasInvite(invite)) return stored(draft);
  const ended = draft.waitingWith(invite);
  for (const id of ended) draft.knocks.set(mapKey(id), undefined);
  draft.invites.set(invite, undefined);
  const { invites, waitingKnocks } = draft.after;
  draft.change({ invites: invites - 1, waitingKnocks: waitingKnocks - ended.length });
  return stored(draft, ended);
}

/** Rules N1 to N3; the same id again asks what became of it. */
export function knock(draft: RoomDraft, write: WriteOf<'knock'>, limits: StorageLimits): Written {
  const { id, invite, keyPackageRef, sealed } = write;
  const known = draft.knock(mapKey(id));
  if (known) return again(draft, known, write);
  if (!draft.hasInvite(mapKey(invite))) {
    return refused('inviteNotFound', 'This invite lets nobody in any more. Ask for a new one.');
  }
  if (draft.after.waitingKnocks >= limits.waitingKnocksPerRoom) {
    return refused('tooManyKnocks', 'Too many wait to be let into this room. Try again later.');
  }
  draft.knocks.set(mapKey(id), { id, invite, keyPackageRef, sealed, seq: undefined });
  draft.change({ waitingKnocks: draft.after.waitingKnocks + 1 });
  return stored(draft);
}

export function dismissKnock(draft: RoomDraft, write: WriteOf<'dismissKnock'>): Written {
  const waiting = draft.knock(mapKey(write.id));
  if (waiting === undefined || waiting.seq !== undefined) return noKnock();
  draft.knocks.set(mapKey(write.id), undefined);
  draft.change({ waitingKnocks: draft.after.waitingKnocks - 1 });
  return stored(draft, [waiting.id]);
}

/** Lets the knocks of a commit in, all of them or none (rule N3). */
export function admit(
  draft: RoomDraft,
  welcomes: WriteOf<'commit'>['welcomes'],
  seq: number,
): Written | readonly Uint8Array[] {
  const admitted = new Map<string, StoredKnock>();
  for (const { knock: id, sealed } of welcomes) {
    const waiting = draft.knock(mapKey(id));
    if (waiting === undefined || waiting.seq !== undefined) return noKnock();
    admitted.set(mapKey(id), { ...waiting, sealed, seq });
  }
  if (admitted.size < welcomes.length)
    return refused('badRequest', 'A commit has two welcomes for one knock.');
  for (const [id, letIn] of admitted) draft.knocks.set(id, letIn);
  if (admitted.size > 0) draft.change({ waitingKnocks: draft.after.waitingKnocks - admitted.size });
  return [...admitted.values()].map(({ id }) => id);
}

function again(draft: RoomDraft, known: StoredKnock, write: WriteOf<'knock'>): Written {
  if (mapKey(known.invite) !== mapKey(write.invite))
    return refused('badRequest', 'Another knock has this id.');
  if (known.seq === undefined) return stored(draft);
  return { outcome: 'admitted', seq: known.seq, sealed: known.sealed };
}
