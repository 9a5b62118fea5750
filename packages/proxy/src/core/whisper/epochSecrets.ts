import { createSecretKey, type KeyObject } from 'node:crypto';
import { exportSecret, type GroupState } from '@otr/mls';
import { hkdf, noSalt } from '../identity/hkdf.ts';

/** What the exporter of an epoch gives for whispers (RFC 9420 §8.5, rule D4). */

interface EpochSecrets {
  readonly addressing: Uint8Array;
  readonly header: KeyObject;
  readonly addresses: Map<number, Uint8Array>;
}

/**
 * D4: where the relay hands a slice for this leaf, 32 bytes. It looks like a public key and names nobody; the same for all
 * members of the epoch, and another in the next. Shared: not to be changed.
 */
export function sliceAddress(group: GroupState, leafIndex: number): Uint8Array {
  const { addressing, addresses } = secretsOf(group);
  const found = addresses.get(leafIndex);
  if (found) return found;
  const info = Buffer.alloc(4);
  info.writeUInt32BE(leafIndex);
  const address = new Uint8Array(hkdf(addressing, noSalt, info));
  addresses.set(leafIndex, address);
  return address;
}

/** The salt of the slice keys of this epoch: 32 bytes, a fresh copy for the caller to wipe. */
export function whisperExporter(group: GroupState): Uint8Array {
  return exported(group, 'whisper');
}

/** Hides who whispers from all but the members of the epoch. */
export function headerKey(group: GroupState): KeyObject {
  return secretsOf(group).header;
}

// By the encoded context, which all states of one epoch share: a state is another value after each message.
const known = new WeakMap<GroupState['encodedContext'], EpochSecrets>();

function secretsOf(group: GroupState): EpochSecrets {
  const found = known.get(group.encodedContext);
  if (found) return found;
  const secrets = {
    addressing: exported(group, 'slice address'),
    header: exportedKey(group, 'whisper header'),
    addresses: new Map<number, Uint8Array>(),
  };
  known.set(group.encodedContext, secrets);
  return secrets;
}

const noContext = new Uint8Array();

function exported(group: GroupState, name: string): Uint8Array {
  return exportSecret(group, `otr-chatroom ${name} v1`, noContext, 32);
}

function exportedKey(group: GroupState, name: string): KeyObject {
  const bytes = exported(group, name);
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}
