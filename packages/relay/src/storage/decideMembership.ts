import { mapKey } from '../bytes.ts';
import { answers, logFull, notAnswering, notRegistered, refused, stored } from './refusal.ts';
import { newEntry, type RoomDraft } from './roomDraft.ts';
import type { StorageLimits } from './storage.ts';
import type { WriteOf, Written } from './write.ts';

/** A new key opens an epoch; a known one's profile is replaced (rules L4 and K9). */
export function registerKey(draft: RoomDraft, write: WriteOf<'registerKey'>, limits: StorageLimits): Written {
  const { id, publicKey, sealedProfile, tag } = write;
  const { access, members, epoch: former, logBytes } = draft.after;
  if (access > 0) return refused('badRequest', 'In a room with commits no keys are registered.');
  const isNew = !draft.isRegistered(mapKey(publicKey));
  if (isNew && members >= limits.membersPerRoom) {
    return refused('roomFull', `The room has its limit of ${limits.membersPerRoom} members.`);
  }
  const epoch = isNew ? former + 1 : former;
  const place = { seq: draft.nextSeq, id, epoch };
  const entry = newEntry({ kind: 'registerKey', ...place, publicKey, sealedProfile, tag });
  if (logBytes + entry.bytes > limits.logBytesPerRoom) return logFull();
  draft.registrations.set(mapKey(publicKey), { publicKey, sealedProfile, tag });
  draft.append(entry, { epoch, members: isNew ? members + 1 : members });
  return { outcome: 'appended', entry, admitted: [] };
}

/** Appended even when the log is full: whoever left must not be sealed for. */
export function removeKey(draft: RoomDraft, write: WriteOf<'removeKey'>): Written {
  const { id, publicKey, reason, by } = write;
  const key = mapKey(publicKey);
  if (!draft.isRegistered(key)) return notRegistered();
  if (!answers(by)) return notAnswering();
  const epoch = draft.after.epoch + 1;
  const entry = newEntry({ kind: 'removeKey', seq: draft.nextSeq, id, epoch, publicKey, reason });
  draft.registrations.set(key, undefined);
  draft.marks.set(key, undefined);
  draft.append(entry, { epoch, members: draft.after.members - 1 });
  return { outcome: 'appended', entry, admitted: [] };
}

export function mark(draft: RoomDraft, write: WriteOf<'mark'>): Written {
  const key = mapKey(write.publicKey);
  if (!draft.isRegistered(key)) return notRegistered();
  if (!answers(write.by)) return notAnswering();
  draft.marks.set(key, write.sealed);
  draft.change({});
  return stored(draft);
}
