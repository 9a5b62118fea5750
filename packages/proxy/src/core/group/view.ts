import { type GroupState, type LeafNode, members } from '@otr/mls';
import { limits, type RoomSettings } from '@otr/protocol';
import { fromText, toText } from '../text.ts';
import { readProfile, readSettings } from './extensions.ts';

/** A member as everyone in its epoch knows it. */
export interface Member {
  /** Its pseudonym in this room. */
  readonly id: string;
  readonly leafIndex: number;
  /** The name it gave itself; empty before it chose one. */
  readonly name: string;
  readonly admin: boolean;
  /** X25519 public keys (D1, D2), 32 bytes each: what it says of itself until its tag shows it. */
  readonly identityKey: Uint8Array;
  readonly ephemeralKey: Uint8Array;
  readonly leaf: LeafNode;
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

function capacityOf(group: GroupState, { offTheRecord }: RoomSettings): number {
  const bySuite = capacities[group.config.suite.id] ?? limits.recipients + 1;
  return offTheRecord ? Math.min(bySuite, limits.whisperedTo) : bySuite;
}

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
    const { name = '', identityKey = '', ephemeralKey = '', formerly } = profile ?? {};
    return {
      id,
      leafIndex,
      name,
      admin: settings.admins.includes(id),
      identityKey: fromText(identityKey),
      ephemeralKey: fromText(ephemeralKey),
      leaf,
      ...(formerly !== undefined && { formerly }),
    };
  });
  const view: RoomView = {
    epoch: Number(group.context.epoch),
    me: all.find(({ leafIndex }) => leafIndex === group.self.leafIndex)?.id ?? '',
    members: new Map(all.map((member) => [member.id, member])),
    settings,
    capacity: capacityOf(group, settings),
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
