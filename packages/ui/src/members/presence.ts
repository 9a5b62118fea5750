import type { Member } from '@otr/protocol';

/** Oneself is away only while the room's relay is: then nobody knows who is online. */
export function isPresenceKnown(members: readonly Member[]): boolean {
  return members.find(({ self }) => self)?.online ?? true;
}
