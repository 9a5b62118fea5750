import { type LocalRequest, type LocalResponse, limits, type Result } from '@otr/protocol';
import type { LocalClient } from './localClient.ts';

/** Who may do what in a room. */
export type Roles = LocalRequest<'setRoles'>['roles'];
/** What a new invite allows; `expiresIn` in milliseconds from now, null for no end. */
export type InvitePolicy = Omit<LocalRequest<'createInvite'>, 'room'>;
export type SearchHit = LocalResponse<'search'>['hits'][number];

type Done = Promise<Result<object>>;

/** Requests that go to the proxy as they are. What they change arrives through the view. */
export interface Actions {
  setName(name: string): Done;
  /** Whether others are told what has been read, and that one types. */
  setPreferences(preferences: LocalRequest<'setPreferences'>): Done;

  createRoom(name: string): Promise<Result<{ room: string }>>;
  joinRoom(link: string): Promise<Result<{ room: string }>>;
  renameRoom(room: string, name: string): Done;
  leaveRoom(room: string): Done;
  /** After our own keys were lost (`state: 'lost'`): asks to be let in again. */
  returnToRoom(room: string): Done;

  /** A link for as many as like, without an end. */
  invite(room: string): Promise<Result<{ link: string }>>;
  createInvite(room: string, policy: InvitePolicy): Promise<Result<{ link: string }>>;
  /** `invite` as in the room's details. */
  revokeInvite(room: string, invite: string): Done;
  /** `knock` is the id of one in the room's details. */
  admitKnock(room: string, knock: string): Done;
  refuseKnock(room: string, knock: string): Done;

  /** `member` is a member's key. */
  removeMember(room: string, member: string): Done;
  setAdmin(room: string, member: string, admin: boolean): Done;
  setRoles(room: string, roles: Roles): Done;
  /** Milliseconds that messages stay from then on; 0: they stay. */
  setTimer(room: string, disappearAfter: number): Done;

  /** The newest first; in all rooms unless one is given. */
  search(
    text: string,
    options?: { room?: string; limit?: number },
  ): Promise<Result<{ hits: readonly SearchHit[] }>>;

  /** Without a passphrase where a keychain or a file guards the profile. */
  unlock(passphrase?: string): Done;
  lock(): Done;
  /** Changes what guards the profile, and when it locks itself. */
  protect(how: LocalRequest<'protect'>): Done;
}

export function actions(client: LocalClient): Actions {
  return {
    setName: (name) => client.request('setName', { name }),
    setPreferences: (preferences) => client.request('setPreferences', preferences),

    createRoom: (name) => client.request('createRoom', { name }),
    joinRoom: (link) => client.request('joinRoom', { link: link.trim() }),
    renameRoom: (room, name) => client.request('renameRoom', { room, name }),
    leaveRoom: (room) => client.request('leaveRoom', { room }),
    returnToRoom: (room) => client.request('returnToRoom', { room }),

    invite: (room) => client.request('invite', { room }),
    createInvite: (room, policy) => client.request('createInvite', { room, ...policy }),
    revokeInvite: (room, invite) => client.request('revokeInvite', { room, invite }),
    admitKnock: (room, knock) => client.request('admitKnock', { room, knock }),
    refuseKnock: (room, knock) => client.request('refuseKnock', { room, knock }),

    removeMember: (room, member) => client.request('removeMember', { room, member }),
    setAdmin: (room, member, admin) => client.request('setAdmin', { room, member, admin }),
    setRoles: (room, roles) => client.request('setRoles', { room, roles }),
    setTimer: (room, disappearAfter) => client.request('setTimer', { room, disappearAfter }),

    search: (text, { room, limit = limits.searchHits } = {}) =>
      client.request('search', { text, limit, ...(room === undefined ? {} : { room }) }),

    unlock: (passphrase) => client.request('unlock', passphrase === undefined ? {} : { passphrase }),
    lock: () => client.request('lock', {}),
    protect: (how) => client.request('protect', how),
  };
}
