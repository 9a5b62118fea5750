import type { Member, RoomSummary } from '@otr/protocol';

/** What this person may do with a member of the room. */
export function mayDo(room: RoomSummary, member: Member): { remove: boolean; admin: boolean; any: boolean } {
  const here = room.state === 'joined';
  const remove = here && room.rights.remove && !member.self;
  const admin = here && room.rights.change;
  return { remove, admin, any: remove || admin };
}
