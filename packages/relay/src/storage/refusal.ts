import { type ErrorCode, refuse } from '@otr/protocol';
import type { RoomDraft } from './roomDraft.ts';
import type { By, Written } from './write.ts';

/** A write that changes nothing. */
export function refused(code: ErrorCode, sentence: string, more: { epoch?: number } = {}): Written {
  return { outcome: 'refused', error: refuse(code, sentence, more).error };
}

export function epochConflict(draft: RoomDraft): Written {
  const { epoch } = draft.after;
  return refused('epochConflict', 'The room is in another epoch. Process what was missed and seal anew.', {
    epoch,
  });
}

export function logFull(): Written {
  return refused('roomFull', "The room's log is full. Entries are pruned with time; try again later.");
}

export function noKnock(): Written {
  return refused('knockNotFound', 'This knock waits no longer. Leave it out.');
}

/** `endedKnocks`: ids of those that wait no longer. */
export function stored(draft: RoomDraft, endedKnocks: readonly Uint8Array[] = []): Written {
  return { outcome: 'stored', endedKnocks, access: draft.after.epoch };
}

/** Whether whoever asks has proven the room's current access key, or is the relay itself (rule A3). */
export function isCurrent(draft: RoomDraft, by: By): boolean {
  return by === 'relay' || by.access === draft.after.epoch;
}
