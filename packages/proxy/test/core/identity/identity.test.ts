import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  ephemeralPublic,
  fingerprintOf,
  identityOf,
  newIdentityBytes,
} from '../../../src/core/identity/identity.ts';
import { publicOf } from './reference.ts';

describe('an identity', () => {
  it('[D1] has the public key that RFC 7748 §6.1 gives for its private key', () => {
    const privateBytes = Buffer.from(
      '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a',
      'hex',
    );
    const publicKey = '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a';
    expect(Buffer.from(identityOf(privateBytes).publicKey).toString('hex')).toBe(publicKey);
    expect(Buffer.from(ephemeralPublic(privateBytes)).toString('hex')).toBe(publicKey);
  });

  it('[D1] is another each time, and leaves the private bytes to who has them', () => {
    const [one, other] = [newIdentityBytes(), newIdentityBytes()];
    expect(one).not.toEqual(other);
    const before = Uint8Array.from(one);
    expect(identityOf(one).publicKey).toEqual(publicOf(before));
    expect(one).toEqual(before);
  });

  it('[D7] has a fingerprint of 16 bytes of its public key', () => {
    const { publicKey } = identityOf(newIdentityBytes());
    const hash = createHash('sha256').update(
      Buffer.concat([Buffer.from('otr-chatroom fingerprint v1'), publicKey]),
    );
    expect(fingerprintOf(publicKey)).toEqual(new Uint8Array(hash.digest().subarray(0, 16)));
  });
});
