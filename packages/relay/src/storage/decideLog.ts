import { mapKey } from '../bytes.ts';
import { admit } from './decideKnocks.ts';
import { epochConflict, isCurrent, logFull, refused } from './refusal.ts';
import { newEntry, type RoomDraft } from './roomDraft.ts';
import type { StorageLimits } from './storage.ts';
import type { WriteOf, Written } from './write.ts';

/** Rules A3, L4 and L7. */
export function append(draft: RoomDraft, write: WriteOf<'append'>, limits: StorageLimits): Written {
  const { id, epoch, slices, body, by } = write;
  if (!isCurrent(draft, by) || epoch !== draft.after.epoch) return epochConflict(draft);
  if (new Set(slices.map(({ to }) => mapKey(to))).size < slices.length) {
    return refused('badRequest', 'Two slices are addressed to one key.');
  }
  const entry = newEntry({ kind: 'message', seq: draft.nextSeq, id, epoch, slices, body });
  if (draft.after.logBytes + entry.bytes > limits.logBytesPerRoom) return logFull();
  draft.append(entry);
  return { outcome: 'appended', entry, admitted: [] };
}

/** Rules A3 and L8: whoever comes first ends the epoch. */
export function commit(draft: RoomDraft, write: WriteOf<'commit'>, limits: StorageLimits): Written {
  const { accessKey: formerKey, epoch: former } = draft.after;
  if (!isCurrent(draft, write.by) || write.epoch !== former) return epochConflict(draft);
  const epoch = former + 1;
  const { id, accessKey, body, welcomes } = write;
  const welcomeBytes = welcomes.reduce((sum, { sealed }) => sum + sealed.length, 0);
  const entry = newEntry({ kind: 'commit', seq: draft.nextSeq, id, epoch, accessKey, body }, welcomeBytes);
  if (draft.after.logBytes + entry.bytes > withHeadroom(limits.logBytesPerRoom)) return logFull();
  const admitted = admit(draft, welcomes, entry.seq);
  if ('outcome' in admitted) return admitted;
  draft.access.set(former, { epoch: former, accessKey: formerKey, until: entry.seq });
  draft.access.set(epoch, { epoch, accessKey, until: undefined });
  draft.append(entry, { epoch, accessKey });
  return { outcome: 'appended', entry, admitted };
}

/** Commits may use an eighth more: whoever filled a room's log can still be removed from the room. */
function withHeadroom(bytes: number): number {
  return bytes + bytes / 8;
}
