import { type LocalRequest, type LocalResponse, limits, type Result, type SafetyNumber } from '@otr/protocol';
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

  /** `offTheRecord`: nothing that is said there is signed or kept. */
  createRoom(name: string, options?: { offTheRecord?: boolean }): Promise<Result<{ room: string }>>;
  joinRoom(link: string): Promise<Result<{ room: string }>>;
  renameRoom(room: string, name: string): Done;
  /** `publishKey`: the others get our signature key of the room, so that what we signed there proves nothing. */
  leaveRoom(room: string, options?: { publishKey?: boolean }): Done;
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

  /** What two people compare. Refused with `notShown` while the member has not shown who it is. */
  getSafetyNumber(room: string, member: string): Promise<Result<SafetyNumber>>;
  /** They are the same. `number`: the digits that were compared, or what a QR code held. Refused with `notTheSame`. */
  verifyMember(room: string, member: string, number: string): Done;
  unverifyMember(room: string, member: string): Done;
  /** A `changed` member is taken for what it is, unverified: sending goes on. */
  acceptMember(room: string, member: string): Done;
  /** Whether the one-time invite that this member came by was given to this person. */
  confirmInvited(room: string, member: string, yes: boolean): Done;
  stopWords(room: string, member: string): Done;
  /** In this profile's own history only; null deletes. */
  rewriteHistory(room: string, id: string, text: string | null): Done;

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

    createRoom: (name, options = {}) => client.request('createRoom', { name, ...options }),
    joinRoom: (link) => client.request('joinRoom', { link: link.trim() }),
    renameRoom: (room, name) => client.request('renameRoom', { room, name }),
    leaveRoom: (room, options = {}) => client.request('leaveRoom', { room, ...options }),
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

    getSafetyNumber: (room, member) => client.request('getSafetyNumber', { room, member }),
    verifyMember: (room, member, number) => client.request('verifyMember', { room, member, number }),
    unverifyMember: (room, member) => client.request('unverifyMember', { room, member }),
    acceptMember: (room, member) => client.request('acceptMember', { room, member }),
    confirmInvited: (room, member, yes) => client.request('confirmInvited', { room, member, yes }),
    stopWords: (room, member) => client.request('stopWords', { room, member }),
    rewriteHistory: (room, id, text) => client.request('rewriteHistory', { room, id, text }),

    search: (text, { room, limit = limits.searchHits } = {}) =>
      client.request('search', { text, limit, ...(room === undefined ? {} : { room }) }),

    unlock: (passphrase) => client.request('unlock', passphrase === undefined ? {} : { passphrase }),
    lock: () => client.request('lock', {}),
    protect: (how) => client.request('protect', how),
  };
}
