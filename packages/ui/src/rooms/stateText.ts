import type { RoomSummary } from '@otr/protocol';
import { strings } from '../strings.ts';

/** A room's state in a few words; null while it is simply open. */
export function stateText({ state, me }: RoomSummary): string | null {
  if (state === 'joined') return null;
  return state === 'stopped' && me === null ? strings.rooms.notLetIn : strings.rooms[state];
}
