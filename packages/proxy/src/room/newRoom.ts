import { randomBytes } from 'node:crypto';
import type { RoomSettings } from '@otr/protocol';
import { defaultSuite } from '../core/group/config.ts';
import { createRoom } from '../core/group/create.ts';
import { makeJoinKeys } from '../core/group/join.ts';
import { inviteKeysOf } from '../core/invite.ts';
import { initialDigest } from '../core/logDigest.ts';
import { fromText, randomId, toText } from '../core/text.ts';
import { newLog } from '../machine/roomLog.ts';
import { noticeRow } from '../machine/rows.ts';
import type { StoredRoom } from '../store/roomTable.ts';
import type { Store } from '../store/store.ts';
import { changesOf, noNews, nothingKept } from './records.ts';
import type { Join } from './roomParts.ts';

export interface NewRoomOptions {
  readonly store: Store;
  readonly room: Uint8Array;
  readonly relayUrl: string;
  /** Of the room; one that is joined has another as soon as it is known. */
  readonly name: string;
  /** The person's display name, empty where none is chosen. */
  readonly profileName: string;
  readonly now: number;
}

/** Inside a step: a room with us as its only member, and an invite for who should come. */
export function addCreatedRoom(options: NewRoomOptions & { suiteId?: number }): StoredRoom {
  const { store, room, relayUrl, name, profileName, now, suiteId = defaultSuite } = options;
  const secret = freshSecret();
  const returnSecret = freshSecret();
  const settings = (creator: string): RoomSettings => ({
    version: 1,
    name,
    disappearAfter: 0,
    roles: { invite: 'everyone', remove: 'everyone', change: 'everyone' },
    admins: [creator],
    invites: [{ secret, uses: null, expiresAt: null, approval: false, by: creator, at: now }],
    returnSecret,
  });
  const profile = { version: 1, name: profileName } as const;
  const { group, erase } = createRoom({ room, suiteId, profile, settings, now });
  const stored = store.rooms.add({ room, relayUrl, name, standing: 'creating', at: now });
  const put = [secret, returnSecret].map((text) => inviteKeysOf(fromText(text), room).publicKey);
  const kept = {
    ...nothingKept,
    group,
    log: newLog(0, initialDigest(room)),
    inviteNews: { ...noNews, put },
    keyAge: { renewedAt: now, sent: 0 },
  };
  store.records.apply(stored.number, changesOf(nothingKept, kept));
  for (const secret of erase) secret.fill(0);
  store.timeline.write(stored.number, noticeRow({ room: toText(room), seq: 0, now }, 'created', {}));
  return stored;
}

/** Inside a step: a room that we knock at with this invite. */
export function addJoiningRoom(options: NewRoomOptions & { secret: Uint8Array }): StoredRoom {
  const { store, room, relayUrl, name, profileName, now, secret } = options;
  const stored = store.rooms.add({ room, relayUrl, name, standing: 'joining', at: now });
  const join = makeJoin(secret, { name: profileName, formerly: null }, now);
  store.records.apply(stored.number, changesOf(nothingKept, { ...nothingKept, join }));
  return stored;
}

export function makeJoin(
  secret: Uint8Array,
  { name, formerly }: { name: string; formerly: string | null },
  now: number,
): Join {
  const profile = { version: 1, name, ...(formerly !== null && { formerly }) } as const;
  return { secret, id: randomId(), keys: makeJoinKeys(profile, now), formerly };
}

/** 32 random bytes as text. */
export function freshSecret(): string {
  return toText(new Uint8Array(randomBytes(32)));
}
