import type { GroupState } from '@otr/mls';
import { acceptOwnCommit, planCommit } from '../../packages/proxy/src/core/group/commit.ts';
import { createRoom } from '../../packages/proxy/src/core/group/create.ts';
import { freshSecret } from '../../packages/proxy/src/room/newRoom.ts';

/** A group that anybody can make who knows a room's id, at any epoch. */
export function foreignGroup(room: string, epoch: number): GroupState {
  let { group } = createRoom({
    room: new Uint8Array(Buffer.from(room, 'base64url')),
    suiteId: 0xf00d,
    profile: { version: 1, name: 'Relay' },
    settings: (creator) => ({
      ...{ version: 1, name: 'Garden', disappearAfter: 0, admins: [creator], invites: [] },
      roles: { invite: 'everyone', remove: 'everyone', change: 'everyone' },
      returnSecret: freshSecret(),
    }),
    now: Date.now(),
  });
  const renewal = { add: [], remove: [], settings: null, profile: null, renew: true };
  while (group.context.epoch < BigInt(epoch)) {
    ({ group } = acceptOwnCommit(planCommit(group, renewal, new Set()).group));
  }
  return group;
}
