import { randomBytes } from 'node:crypto';
import {
  basicCredential,
  createGroup,
  createKeyPackage,
  type Erase,
  type GroupState,
  type Member as KeyedMember,
} from '@otr/mls';
import type { LeafProfile, RoomSettings } from '@otr/protocol';
import { configOf, keyPackageLifetime } from './config.ts';
import { profileExtension, profileType, settingsExtension, settingsType } from './extensions.ts';

/** A member of its own for each room: fresh keys, a fresh pseudonym (G1). */
export function makeMember(suiteId: number, profile: LeafProfile, now: number): KeyedMember {
  const seconds = BigInt(Math.floor(now / 1000));
  return createKeyPackage({
    suite: configOf(suiteId).suite,
    credential: basicCredential(new Uint8Array(randomBytes(32))),
    lifetime: { notBefore: seconds - 3_600n, notAfter: seconds + keyPackageLifetime },
    leafExtensions: [profileExtension(profile)],
    capabilities: { extensions: [profileType, settingsType] },
  });
}

/** A room with its creator as the only member and admin, in epoch 0. `room` is 16 bytes. */
export function createRoom(options: {
  room: Uint8Array;
  suiteId: number;
  profile: LeafProfile;
  settings: (creator: string) => RoomSettings;
  now: number;
}): { group: GroupState; erase: Erase } {
  const { room, suiteId, profile, settings, now } = options;
  const member = makeMember(suiteId, profile, now);
  const { credential } = member.keyPackage.leafNode;
  const creator = 'identity' in credential ? Buffer.from(credential.identity).toString('base64url') : '';
  const extensions = [settingsExtension(settings(creator))];
  const group = createGroup({ config: configOf(suiteId), groupId: room, member, extensions });
  const { initPrivateKey, encryptionPrivateKey, signaturePrivateKey } = member.secrets;
  return { group, erase: [initPrivateKey, encryptionPrivateKey, signaturePrivateKey] };
}
