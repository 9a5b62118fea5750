import { verify } from 'node:crypto';
import { enterRoomMessage } from '@otr/protocol';
import { describe, expect, it } from 'vitest';
import { generateKeyPair, publicKeyFrom } from '../../src/core/keyPair.ts';
import { createRegistration, openRegistration } from '../../src/core/registration.ts';
import { deriveRoomKeys, signEnterRoom } from '../../src/core/roomKeys.ts';
import { openMark, openRoomInfo, sealMark, sealRoomInfo } from '../../src/core/roomValues.ts';
import { randomId } from '../../src/core/text.ts';

const room = randomId();
const keys = deriveRoomKeys(room, new Uint8Array(32).fill(7));
const outsider = deriveRoomKeys(room, new Uint8Array(32).fill(8));
const { publicKey } = generateKeyPair();

describe('key registration', () => {
  it('[K2] tells a holder of the room secret the name behind a key', () => {
    expect(openRegistration(room, keys, createRegistration(room, keys, publicKey, 'Ann'))).toEqual({
      name: 'Ann',
    });
  });

  it('[K2] with a swapped key, an altered profile, another room or no room secret is refused', () => {
    const good = createRegistration(room, keys, publicKey, 'Ann');
    const swapped = { ...good, publicKey: generateKeyPair().publicKey };
    const renamed = {
      ...good,
      sealedProfile: createRegistration(room, keys, publicKey, 'Eve').sealedProfile,
    };
    const invented = createRegistration(room, outsider, generateKeyPair().publicKey, 'Ghost');
    for (const bad of [swapped, renamed, invented]) expect(openRegistration(room, keys, bad)).toBeNull();
    expect(openRegistration(randomId(), keys, good)).toBeNull();
    expect(openRegistration(room, keys, good)).not.toBeNull(); // negative control
  });

  it('holds no name in the clear, and names of different lengths look alike', () => {
    const [short, long] = ['Bo', 'Bartholomew the Third'].map((name) =>
      createRegistration(room, keys, publicKey, name),
    );
    expect(Buffer.from(long?.sealedProfile ?? []).includes('Bartholomew')).toBe(false);
    expect(short?.sealedProfile.length).toBe(long?.sealedProfile.length);
  });
});

describe('room keys', () => {
  it('[S3] the signature opens one room on one connection', () => {
    const challenge = new Uint8Array(32).fill(1);
    const signature = signEnterRoom(keys, challenge, room);
    const check = (nonce: Uint8Array, id: Uint8Array, key = keys.accessPublicKey) =>
      verify(null, enterRoomMessage(nonce, id), publicKeyFrom('ed25519', key), signature);
    expect(check(challenge, room)).toBe(true);
    expect(check(new Uint8Array(32), room)).toBe(false);
    expect(check(challenge, randomId())).toBe(false);
    expect(check(challenge, room, outsider.accessPublicKey)).toBe(false);
  });

  it('[S1] differ by room, by secret and by purpose', () => {
    const bytes = [keys, outsider, deriveRoomKeys(randomId(), new Uint8Array(32).fill(7))].flatMap((one) => [
      ...[one.registrationKey, one.profileKey, one.roomInfoKey, one.markKey, one.volatileKey].map((key) =>
        key.export().toString('hex'),
      ),
      Buffer.from(one.accessPublicKey).toString('hex'),
    ]);
    expect(new Set(bytes).size).toBe(18);
  });

  it('[S2] a mark counts for its own key only, and a room info for its room only', () => {
    const sealed = sealMark(keys, room, publicKey, { received: 9 });
    expect(openMark(keys, room, publicKey, sealed)).toEqual({ received: 9 });
    expect(openMark(keys, room, generateKeyPair().publicKey, sealed)).toBeNull();
    const info = sealRoomInfo(keys, room, { name: 'Garden', at: 1 });
    expect(openRoomInfo(keys, room, info)).toEqual({ name: 'Garden', at: 1 });
    expect(openRoomInfo(keys, randomId(), info)).toBeNull();
    expect(openRoomInfo(outsider, room, info)).toBeNull();
  });
});
