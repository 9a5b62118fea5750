import type { LocalClient } from '@otr/client/node';
import type { Member, RoomSummary } from '@otr/protocol';
import { type Chosen, choose } from './choose.ts';
import { type Exit, failed } from './exit.ts';
import type { Settings } from './options.ts';
import { withRoom } from './running.ts';

/** As `withRoom`, with the member of the room that `wanted` means. */
export function withMember(
  settings: Settings<'profile' | 'socket'>,
  room: string,
  wanted: string,
  work: (client: LocalClient, room: RoomSummary, member: Member) => Promise<Exit>,
): Promise<Exit> {
  return withRoom(settings, room, async (client, summary) => {
    const answer = await client.request('getMembers', { room: summary.room });
    if (!answer.ok) return failed(answer.error.message);
    const found = findMember(answer.value.members, wanted);
    return found.ok ? work(client, summary, found.value) : failed(found.message);
  });
}

/** As `withMember`, of somebody else than this person. */
export function withOther(
  settings: Settings<'profile' | 'socket'>,
  room: string,
  wanted: string,
  work: (client: LocalClient, room: RoomSummary, member: Member) => Promise<Exit>,
): Promise<Exit> {
  return withMember(settings, room, wanted, async (client, summary, member) =>
    member.self ? failed('this is you; say which other member') : work(client, summary, member),
  );
}

export function findMember(members: readonly Member[], wanted: string): Chosen<Member> {
  return choose(members, wanted, {
    what: 'member',
    listedBy: 'room members',
    idOf: ({ key }) => key,
    nameOf: ({ name }) => name,
  });
}
