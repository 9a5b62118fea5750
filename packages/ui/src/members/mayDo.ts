import type { Member, RoomSummary } from '@otr/protocol';

/** What was a member's right is none for who is no member now. */
function isMember(room: RoomSummary): boolean {
  return room.me !== null && room.state !== 'removed' && room.state !== 'lost';
}

export function mayInvite(room: RoomSummary): boolean {
  return isMember(room) && room.rights.invite;
}

/** In a room where one can write. */
export function mayWhisper(room: RoomSummary): boolean {
  return isMember(room) && room.state !== 'stopped';
}

/** Name, timer, roles. */
export function mayChange(room: RoomSummary): boolean {
  return isMember(room) && room.rights.change;
}

/** What this person may do with a member of the room. */
export function mayDo(room: RoomSummary, member: Member): { remove: boolean; admin: boolean; any: boolean } {
  const remove = isMember(room) && room.rights.remove && !member.self;
  const admin = mayChange(room);
  return { remove, admin, any: remove || admin };
}
