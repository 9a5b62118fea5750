import type { GroupState } from '@otr/mls';
import type { MessageEntry } from '@otr/protocol';
import { viewOf } from '../core/group/view.ts';
import type { SliceContext } from '../core/identity/pair.ts';
import { toText } from '../core/text.ts';
import { whisperExporter } from '../core/whisper.ts';
import { withWhispers } from '../machine/whoIsWho.ts';
import type { StoredItem } from '../store/outboxTable.ts';
import type { Draft, RoomParts } from './roomParts.ts';

/**
 * D9: what is said in a room off the record does not outlive the proxy, but may be on its way then. That it counts does,
 * or the next one would be taken for a repetition.
 */
export function noteUnderWay(draft: Draft, { id }: StoredItem, recipients: readonly string[]): void {
  if (draft.stored.offTheRecord) draft.who = { ...draft.who, underWay: { id, recipients } };
}

/** A whisper of ours is at its place. */
export function noteWhispered(draft: Draft, recipients: readonly string[]): void {
  const { underWay: _, ...who } = draft.who;
  draft.who = withWhispers(who, recipients);
}

/**
 * In our name, and none that waits here: said before the proxy stopped, or made up. Any member can write our name there:
 * it says nothing of our keys.
 */
export function takeOwnWhisper(draft: Draft, { id }: MessageEntry): 'good' | 'badWhisper' {
  const { underWay } = draft.who;
  if (underWay?.id !== toText(id)) return 'badWhisper';
  noteWhispered(draft, underWay.recipients);
  return 'good';
}

/** The epoch as slice keys know it; the exporter's secret is for the caller to wipe. */
export function sliceContextOf(parts: RoomParts, group: GroupState): SliceContext {
  return { exporter: whisperExporter(group), room: parts.room, epoch: viewOf(group).epoch };
}
