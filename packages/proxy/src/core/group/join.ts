import {
  decodeMessage,
  type Erase,
  encodeMessage,
  type GroupState,
  joinGroup,
  type Member as KeyedMember,
  type KeyPackage,
  keyPackageRef,
  MlsError,
} from '@otr/mls';
import { type LeafProfile, limits } from '@otr/protocol';
import { sameBytes } from '../text.ts';
import { configOf, roomSuites } from './config.ts';
import { makeMember } from './create.ts';
import { viewOf } from './view.ts';

/** A joiner's own keys: a key package for each suite, since only a member knows the room's. */
export type JoinKeys = readonly KeyedMember[];

/** `profile` is that of the new leaf, the same for each suite. */
export function makeJoinKeys(profile: LeafProfile, now: number): JoinKeys {
  return roomSuites.map((suiteId) => makeMember(suiteId, profile, now));
}

/** Of bytes that `keyPackagesOf` made. Throws for any others. */
export function decodeKeyPackage(bytes: Uint8Array): KeyPackage {
  const keyPackage = readKeyPackage(bytes);
  if (!keyPackage) throw new TypeError('a stored key package is damaged');
  return keyPackage;
}

/** Encoded, as a knock carries them and the store keeps them. */
export function keyPackagesOf(keys: JoinKeys): Uint8Array[] {
  return keys.map(({ keyPackage }) => encodeMessage({ type: 'keyPackage', keyPackage }));
}

/** What the relay knows the knock by (RFC 9420 §5.2), cut to 32 bytes. */
export function keyPackageRefOf([first]: JoinKeys): Uint8Array {
  if (!first) throw new TypeError('no key package');
  const { suite } = configOf(first.keyPackage.suiteId);
  return keyPackageRef(suite, first.keyPackage).slice(0, 32);
}

export function secretsOfJoin(keys: JoinKeys): Erase {
  return keys.flatMap(({ secrets }) => Object.values(secrets));
}

/** The key package of a suite among those of a knock; null where none fits. */
export function keyPackageFor(suiteId: number, encoded: readonly Uint8Array[]): KeyPackage | null {
  for (const bytes of encoded) {
    const keyPackage = readKeyPackage(bytes);
    if (keyPackage?.suiteId === suiteId) return keyPackage;
  }
  return null;
}

/** Null where the welcome is not for these keys, or not for this room. */
export function joinRoom(
  room: Uint8Array,
  keys: JoinKeys,
  welcome: Uint8Array,
): { group: GroupState; erase: Erase } | null {
  if (welcome.length > limits.welcome) return null;
  for (const member of keys) {
    try {
      const config = configOf(member.keyPackage.suiteId);
      const { state, erase } = joinGroup({ config, welcome, member });
      if (!sameBytes(state.context.groupId, room)) return null;
      viewOf(state);
      return { group: state, erase: [...erase, ...secretsOfJoin(keys)] };
    } catch (error) {
      if (!(error instanceof MlsError || error instanceof TypeError)) throw error;
    }
  }
  return null;
}

function readKeyPackage(bytes: Uint8Array): KeyPackage | null {
  try {
    const message = decodeMessage(bytes);
    return message.type === 'keyPackage' ? message.keyPackage : null;
  } catch (error) {
    if (error instanceof MlsError) return null;
    throw error;
  }
}
