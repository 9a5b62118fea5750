import type { GroupState } from '@otr/mls';
import { acceptOwnCommit } from '../../packages/proxy/src/core/group/commit.ts';
import { createRoom } from '../../packages/proxy/src/core/group/create.ts';
import { freshSecret } from '../../packages/proxy/src/room/newRoom.ts';
import { leafNamed, planned } from '../../packages/proxy/test/core/group/leaves.ts';

/** A group that anybody can make who knows a room's id, at any epoch. */
export function foreignGroup(room: string, epoch: number): GroupState {
  let { group } = createRoom({
    room: new Uint8Array(Buffer.from(room, 'base64url')),
    suiteId: 0xf00d,
    profile: leafNamed('Relay'),
    settings: (creator) => ({
      ...{ version: 1, name: 'Garden', disappearAfter: 0, admins: [creator], invites: [] },
      roles: { invite: 'everyone', remove: 'everyone', change: 'everyone' },
      returnSecret: freshSecret(),
      offTheRecord: false,
    }),
    now: Date.now(),
  });
  const renewal = { add: [], remove: [], settings: null, rename: null, renew: true };
  while (group.context.epoch < BigInt(epoch)) {
    ({ group } = acceptOwnCommit(planned(group, renewal).group));
  }
  return group;
}
