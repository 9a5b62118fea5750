import { randomBytes } from 'node:crypto';
import type { RoomSettings } from '@otr/protocol';
import { defaultSuite } from '../core/group/config.ts';
import { createRoom } from '../core/group/create.ts';
import { makeJoinKeys } from '../core/group/join.ts';
import { type LeafOwner, newLeaf } from '../core/group/leaf.ts';
import { inviteSecretOf } from '../core/identity/voucher.ts';
import { inviteKeysOf } from '../core/invite.ts';
import type { Invite } from '../core/inviteLink.ts';
import { initialDigest } from '../core/logDigest.ts';
import { fromText, randomId, toText } from '../core/text.ts';
import { newLog } from '../machine/roomLog.ts';
import { noticeRow } from '../machine/rows.ts';
import { nobodyKnown, withLeaf } from '../machine/whoIsWho.ts';
import type { StoredRoom } from '../store/roomTable.ts';
import type { Store } from '../store/store.ts';
import { changesOf, noNews, nothingKept } from './records.ts';
import type { Join, RoomParts } from './roomParts.ts';

export interface NewRoomOptions {
  readonly store: Store;
  readonly room: Uint8Array;
  readonly relayUrl: string;
  /** Of the room; one that is joined has another as soon as it is known. */
  readonly name: string;
  /** The person's display name, empty where none is chosen. */
  readonly profileName: string;
  /** X25519, 32 bytes: the profile's (D1). */
  readonly identityKey: Uint8Array;
  readonly now: number;
}

/** Inside a step: a room with us as its only member, and an invite for who should come. */
export function addCreatedRoom(
  options: NewRoomOptions & { suiteId?: number; offTheRecord?: boolean },
): StoredRoom {
  const { store, room, relayUrl, name, profileName, identityKey, now } = options;
  const { suiteId = defaultSuite, offTheRecord = false } = options;
  const secret = freshSecret();
  const returnSecret = freshSecret();
  const settings = (creator: string): RoomSettings => ({
    version: 1,
    name,
    disappearAfter: 0,
    roles: { invite: 'everyone', remove: 'everyone', change: 'everyone' },
    admins: [creator],
    invites: [{ secret, uses: null, expiresAt: null, approval: false, by: creator, at: now, vouched: false }],
    offTheRecord,
    returnSecret,
  });
  const { profile, ephemeral } = newLeaf({ identityKey, name: profileName, formerly: null });
  const { group, erase } = createRoom({ room, suiteId, profile, settings, now });
  const stored = store.rooms.add({ room, relayUrl, name, standing: 'creating', at: now, offTheRecord });
  const put = [secret, returnSecret].map((text) => inviteKeysOf(fromText(text), room).publicKey);
  const kept = {
    ...nothingKept,
    group,
    log: newLog(0, initialDigest(room)),
    inviteNews: { ...noNews, put },
    keyAge: { renewedAt: now, sent: 0 },
    who: withLeaf(nobodyKnown, ephemeral),
  };
  store.records.apply(stored.number, changesOf(nothingKept, kept));
  for (const secret of erase) secret.fill(0);
  store.timeline.write(stored.number, noticeRow({ room: toText(room), seq: 0, now }, 'created', {}));
  return stored;
}

/** Inside a step: a room that we knock at with this invite. */
export function addJoiningRoom(options: NewRoomOptions & { invite: Invite }): StoredRoom {
  const { store, room, relayUrl, name, profileName, identityKey, now, invite } = options;
  const stored = store.rooms.add({ room, relayUrl, name, standing: 'joining', at: now, offTheRecord: false });
  const join = makeJoin(wayIn(invite), { identityKey, name: profileName, formerly: null }, now);
  store.records.apply(stored.number, changesOf(nothingKept, { ...nothingKept, join }));
  return stored;
}

/** Whose a new leaf of ours in this room is. */
export function ownLeaf(
  parts: Pick<RoomParts, 'identity' | 'profileName'>,
  formerly: string | null,
): LeafOwner {
  return { identityKey: parts.identity.publicKey, name: parts.profileName() ?? '', formerly };
}

/** How we come in: by an invite, or the way back. */
export type WayIn = Pick<Join, 'secret' | 'cameBy'>;

/** A one-time invite's link carries what the group does not know (D7). */
export function wayIn({ room, secret, fingerprint }: Invite): WayIn {
  if (fingerprint === null) return { secret, cameBy: null };
  return { secret: inviteSecretOf(secret, room), cameBy: { voucher: secret, fingerprint } };
}

export function makeJoin({ secret, cameBy }: WayIn, owner: LeafOwner, now: number): Join {
  const { profile, ephemeral } = newLeaf(owner);
  const keys = makeJoinKeys(profile, now);
  return { secret, cameBy, id: randomId(), keys, ephemeral, formerly: owner.formerly };
}

/** 32 random bytes as text. */
export function freshSecret(): string {
  return toText(new Uint8Array(randomBytes(32)));
}
