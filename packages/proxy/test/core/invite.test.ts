import { randomBytes, verify } from 'node:crypto';
import { enterRoomMessage, type KnockContent, knockMessage } from '@otr/protocol';
import { describe, expect, it } from 'vitest';
import { inviteKeysOf, openKnock, openWelcome, sealKnock, sealWelcome } from '../../src/core/invite.ts';
import { publicKeyFrom } from '../../src/core/keyPair.ts';
import { randomId, toText } from '../../src/core/text.ts';

const secret = new Uint8Array(randomBytes(32));
const [room, id] = [randomId(), randomId()];
const keys = inviteKeysOf(secret, room);
const content: KnockContent = { version: 1, name: 'Ben', keyPackages: [toText(randomBytes(40))] };

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

describe('an invite', () => {
  it('[I1] gives the same keys for the same secret and room, and others for any other', () => {
    const publicKeys = [
      inviteKeysOf(secret, room),
      keys,
      inviteKeysOf(flipped(secret, 31), room),
      inviteKeysOf(secret, randomId()),
    ].map(({ publicKey }) => toText(publicKey));
    expect(publicKeys[0]).toBe(publicKeys[1]);
    expect(new Set(publicKeys).size).toBe(3);
  });

  it('[N1] signs for one connection and one room', () => {
    const challenge = new Uint8Array(randomBytes(32));
    const signature = keys.sign(challenge, room);
    const key = publicKeyFrom('ed25519', keys.publicKey);
    expect(verify(null, knockMessage(challenge, room), key, signature)).toBe(true);
    expect(verify(null, knockMessage(flipped(challenge, 0), room), key, signature)).toBe(false);
    expect(verify(null, knockMessage(challenge, randomId()), key, signature)).toBe(false);
    expect(verify(null, enterRoomMessage(challenge, room), key, signature)).toBe(false);
  });

  it('[I2] a knock opens as it was sealed, under its id alone, and with no byte changed', () => {
    const sealed = sealKnock(keys, id, content);
    expect(openKnock(keys, id, sealed)).toEqual(content);
    expect(openKnock(keys, randomId(), sealed)).toBeNull();
    expect(openKnock(inviteKeysOf(flipped(secret, 0), room), id, sealed)).toBeNull();
    expect(openKnock(inviteKeysOf(secret, randomId()), id, sealed)).toBeNull();
    for (let at = 0; at < sealed.length; at++) expect(openKnock(keys, id, flipped(sealed, at))).toBeNull();
    for (let length = 0; length < sealed.length; length++) {
      expect(openKnock(keys, id, sealed.slice(0, length))).toBeNull();
    }
  });

  it('[I3] a welcome opens as it was sealed, under its knock alone, and with no byte changed', () => {
    const welcome = new Uint8Array(randomBytes(300));
    const sealed = sealWelcome(keys, id, welcome);
    expect(openWelcome(keys, id, sealed)).toEqual(Buffer.from(welcome));
    expect(openWelcome(keys, randomId(), sealed)).toBeNull();
    for (let at = 0; at < sealed.length; at++) expect(openWelcome(keys, id, flipped(sealed, at))).toBeNull();
    // A knock is no welcome: each has a key of its own.
    expect(openWelcome(keys, id, sealKnock(keys, id, content))).toBeNull();
  });

  it('[I2] two knocks of the same content look different', () => {
    expect(sealKnock(keys, id, content)).not.toEqual(sealKnock(keys, id, content));
  });
});
