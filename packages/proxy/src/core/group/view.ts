import { type GroupState, members } from '@otr/mls';
import { limits, type RoomSettings } from '@otr/protocol';
import { toText } from '../text.ts';
import { readProfile, readSettings } from './extensions.ts';

/** A member as everyone in its epoch knows it. */
export interface Member {
  /** Its pseudonym in this room. */
  readonly id: string;
  readonly leafIndex: number;
  /** The name it gave itself; empty before it chose one. */
  readonly name: string;
  readonly admin: boolean;
  /** The pseudonym of its former leaf, if it lost its keys and came back. */
  readonly formerly?: string;
}

/** By pseudonym, in the order of their leaves. */
export type Members = ReadonlyMap<string, Member>;

/** What the members of an epoch agree on. */
export interface RoomView {
  readonly epoch: number;
  readonly me: string;
  readonly members: Members;
  readonly settings: RoomSettings;
  /** Members that a room of this suite can have. */
  readonly capacity: number;
}

/** X-Wing: its largest commit, a renewal over a fresh tree, and its welcome grow by 1.3 and 1.6 KB a member. */
const capacities: Readonly<Record<number, number>> = { [0xf00d]: 350 };

const known = new WeakMap<GroupState['encodedContext'], RoomView>();

/** Worked out once for each epoch. Throws for a group that is no room: `joinRoom` refuses those. */
export function viewOf(group: GroupState): RoomView {
  const found = known.get(group.encodedContext);
  if (found) return found;
  const settings = readSettings(group.context.extensions);
  if (settings === null) throw new TypeError('a group without the settings of a room');
  const all = members(group).map(({ leafIndex, leaf }): Member => {
    const profile = readProfile(leaf.extensions);
    const id = identityOf(leaf.credential);
    const { formerly } = profile ?? {};
    const admin = settings.admins.includes(id);
    return { id, leafIndex, name: profile?.name ?? '', admin, ...(formerly !== undefined && { formerly }) };
  });
  const view: RoomView = {
    epoch: Number(group.context.epoch),
    me: all.find(({ leafIndex }) => leafIndex === group.self.leafIndex)?.id ?? '',
    members: new Map(all.map((member) => [member.id, member])),
    settings,
    capacity: capacities[group.config.suite.id] ?? limits.recipients + 1,
  };
  known.set(group.encodedContext, view);
  return view;
}

/** The pseudonym in a credential; empty for one that is not of this project. */
export function identityOf(credential: GroupCredential): string {
  return 'identity' in credential ? toText(credential.identity) : '';
}

type GroupCredential = ReturnType<typeof members>[number]['leaf']['credential'];

/** Nobody is an admin, or all admins have gone: then everyone is. */
export function isAdmin({ members, settings }: RoomView, id: string): boolean {
  return settings.admins.includes(id) || !settings.admins.some((admin) => members.has(admin));
}

export type Right = 'invite' | 'remove' | 'change';

export function hasRight(view: RoomView, id: string, right: Right): boolean {
  return view.settings.roles[right] === 'everyone' || isAdmin(view, id);
}
