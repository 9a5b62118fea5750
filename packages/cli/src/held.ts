import type { LocalClient } from '@otr/client/node';
import type { RoomSummary } from '@otr/protocol';
import { plain } from './terminal.ts';

/** Why nothing is sent in a room for now, to follow "sending" or "it"; undefined where nothing is held. */
export async function heldWords(
  client: LocalClient,
  { room, trust }: RoomSummary,
): Promise<string | undefined> {
  if (trust.changed === 0) return undefined;
  const answer = await client.request('getMembers', { room });
  const members = answer.ok ? answer.value.members : [];
  const names = members.filter((member) => member.trust === 'changed').map(({ name }) => plain(name));
  // The names are others' own: in a command to copy they could be more than names.
  const whom = names.length === 0 ? `${trust.changed} members` : names.join(', ');
  return `waits for a decision about ${whom}: otr verify …, or otr accept …`;
}
