import { mapKey } from '../bytes.ts';
import { admit } from './decideKnocks.ts';
import {
  answers,
  epochConflict,
  isCurrent,
  logFull,
  notAnswering,
  notRegistered,
  refused,
} from './refusal.ts';
import { type NewEntry, newEntry, type RoomDraft } from './roomDraft.ts';
import type { StorageLimits } from './storage.ts';
import type { WriteOf, Written } from './write.ts';

/** Rules A3, L4 and L7. */
export function append(draft: RoomDraft, write: WriteOf<'append'>, limits: StorageLimits): Written {
  if (!isCurrent(draft, write.by)) return epochConflict(draft);
  const refusal = write.from === undefined ? refusedMessage(draft, write) : refusedEnvelope(draft, write);
  if (refusal) return refusal;
  const entry = placeEnvelope(draft, write);
  if (entry === undefined) return refused('badRequest', 'An envelope needs `from` or `body`.');
  if (draft.after.logBytes + entry.bytes > limits.logBytesPerRoom) return logFull();
  draft.append(entry);
  return { outcome: 'appended', entry, admitted: [] };
}

/** Rules A3 and L8: whoever comes first ends the epoch. */
export function commit(draft: RoomDraft, write: WriteOf<'commit'>, limits: StorageLimits): Written {
  const { access, accessKey: formerKey, epoch: former } = draft.after;
  if (!isCurrent(draft, write.by) || write.epoch !== former) return epochConflict(draft);
  if (draft.after.members > 0) return refused('badRequest', 'A room with registered keys has no commits.');
  const epoch = former + 1;
  const { id, accessKey, body, welcomes } = write;
  const welcomeBytes = welcomes.reduce((sum, { sealed }) => sum + sealed.length, 0);
  const entry = newEntry({ kind: 'commit', seq: draft.nextSeq, id, epoch, accessKey, body }, welcomeBytes);
  if (draft.after.logBytes + entry.bytes > withHeadroom(limits.logBytesPerRoom)) return logFull();
  const admitted = admit(draft, welcomes, entry.seq);
  if ('outcome' in admitted) return admitted;
  draft.access.set(access, { epoch: access, accessKey: formerKey, until: entry.seq });
  draft.access.set(epoch, { epoch, accessKey, until: undefined });
  draft.append(entry, { epoch, access: epoch, accessKey });
  return { outcome: 'appended', entry, admitted };
}

/** Commits may use an eighth more: whoever filled a room's log can still be removed from the room. */
function withHeadroom(bytes: number): number {
  return bytes + bytes / 8;
}

function placeEnvelope(draft: RoomDraft, write: WriteOf<'append'>): NewEntry | undefined {
  const { id, epoch, from, slices, body } = write;
  const place = { seq: draft.nextSeq, id, epoch };
  if (from !== undefined)
    return newEntry({ kind: 'envelope', ...place, from, slices, ...(body && { body }) });
  return body && newEntry({ kind: 'message', ...place, slices, body });
}

/** In a room with registered keys. */
function refusedEnvelope(draft: RoomDraft, write: WriteOf<'append'>): Written | undefined {
  if (draft.after.access > 0) return refused('badRequest', 'In a room with commits no keys are registered.');
  if (write.from === undefined || !draft.isRegistered(mapKey(write.from))) return notRegistered();
  if (!answers(write.by)) return notAnswering();
  if (write.epoch !== draft.after.epoch) return epochConflict(draft);
  const keys = new Set<string>();
  for (const { to } of write.slices) {
    const key = mapKey(to);
    if (!draft.isRegistered(key)) {
      return refused('badRequest', 'A slice is addressed to a key that is not registered.');
    }
    keys.add(key);
  }
  return keys.size < write.slices.length ? addressedTwice() : undefined;
}

/** In a room whose members only the ciphertext knows. */
function refusedMessage(draft: RoomDraft, write: WriteOf<'append'>): Written | undefined {
  if (draft.after.members > 0) {
    return refused('badRequest', 'In a room with registered keys an envelope needs `from`.');
  }
  if (write.epoch !== draft.after.epoch) return epochConflict(draft);
  const keys = new Set(write.slices.map(({ to }) => mapKey(to)));
  return keys.size < write.slices.length ? addressedTwice() : undefined;
}

function addressedTwice(): Written {
  return refused('badRequest', 'Two slices are addressed to one key.');
}
