import { decapsulate, diffieHellman, encapsulate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dhKemX25519, guarded as guard } from '../src/crypto/kem.ts';
import { ED25519, ML_KEM_768, privateKey, publicKey, publicOf, X25519 } from '../src/crypto/keys.ts';
import { AES_128_GCM, AES_256_GCM, hkdfExpand, hkdfExtract } from '../src/crypto/primitives.ts';
import { ed25519 } from '../src/crypto/signature.ts';
import { xWing } from '../src/crypto/xwing.ts';
import { bytes, hex, load, report, vectorsPresent, vectorsRoot } from './vectors.ts';

interface File<T> {
  testGroups: (Record<string, unknown> & {
    tests: (T & { result: string; tcId: number; flags: string[] })[];
  })[];
}
const read = <T>(name: string): File<T> =>
  JSON.parse(readFileSync(`${vectorsRoot}wycheproof/${name}.json`, 'utf8')) as File<T>;

/** Whether the call works out; every failure must be an error of ours. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    expect(error).toHaveProperty('section');
    return undefined;
  }
}

describe.skipIf(!vectorsPresent)('Wycheproof, as we call the primitives', () => {
  it('X25519: agrees, and refuses an all-zero result', () => {
    const [group] = read<{ public: string; private: string; shared: string }>('x25519_test').testGroups;
    let [count, refused] = [0, 0];
    for (const t of group?.tests ?? []) {
      const shared = attempt(() =>
        guard(() =>
          diffieHellman({
            privateKey: privateKey(X25519, bytes(t.private)),
            publicKey: publicKey(X25519, bytes(t.public)),
          }),
        ),
      );
      const isZero = /^0+$/.test(t.shared);
      expect(shared === undefined ? undefined : hex(shared), `test ${t.tcId}`).toBe(
        isZero ? undefined : t.shared,
      );
      if (isZero) {
        refused++;
        // The same points as peer of our KEMs.
        expect(attempt(() => dhKemX25519.encapsulate(bytes(t.public)))).toBeUndefined();
        expect(attempt(() => dhKemX25519.decapsulate(bytes(t.private), bytes(t.public)))).toBeUndefined();
      }
      count++;
    }
    report('wycheproof X25519', count, `(${refused} all-zero results refused)`);
    expect(refused).toBeGreaterThan(5);
  });

  it('AES-GCM', () => {
    interface Aead {
      key: string;
      iv: string;
      aad: string;
      msg: string;
      ct: string;
      tag: string;
    }
    let count = 0;
    let others = 0;
    for (const group of read<Aead>('aes_gcm_test').testGroups) {
      const aead = [AES_128_GCM, AES_256_GCM].find((a) => a.keyLength * 8 === group['keySize']);
      const ours = aead !== undefined && group['ivSize'] === 96 && group['tagSize'] === 128;
      for (const t of group.tests) {
        if (!ours) {
          // Sizes that MLS does not use are not accepted at all.
          const any = aead ?? AES_256_GCM;
          expect(
            attempt(() => any.open(bytes(t.key), bytes(t.iv), bytes(t.aad), bytes(t.ct + t.tag))),
          ).toBeUndefined();
          others++;
          continue;
        }
        const opened = attempt(() => aead.open(bytes(t.key), bytes(t.iv), bytes(t.aad), bytes(t.ct + t.tag)));
        expect(opened === undefined ? undefined : hex(opened), `test ${t.tcId}`).toBe(
          t.result === 'valid' ? t.msg : undefined,
        );
        if (t.result === 'valid') {
          expect(hex(aead.seal(bytes(t.key), bytes(t.iv), bytes(t.aad), bytes(t.msg)))).toBe(t.ct + t.tag);
        }
        count++;
      }
    }
    report('wycheproof AES-GCM', count, `(and ${others} of other sizes refused)`);
  });

  it('Ed25519', () => {
    let count = 0;
    for (const group of read<{ msg: string; sig: string }>('ed25519_test').testGroups) {
      const key = bytes((group['publicKey'] as { pk: string }).pk);
      expect(key.length).toBe(ED25519.publicLength);
      for (const t of group.tests) {
        expect(ed25519.verify(key, bytes(t.msg), bytes(t.sig)), `test ${t.tcId}`).toBe(t.result === 'valid');
        count++;
      }
    }
    report('wycheproof Ed25519', count);
  });

  it('HKDF-SHA-256', () => {
    interface Hkdf {
      ikm: string;
      salt: string;
      info: string;
      size: number;
      okm: string;
    }
    let count = 0;
    for (const { tests } of read<Hkdf>('hkdf_sha256_test').testGroups) {
      for (const t of tests) {
        const okm = attempt(() =>
          hkdfExpand('sha256', 32, hkdfExtract('sha256', bytes(t.salt), bytes(t.ikm)), bytes(t.info), t.size),
        );
        expect(okm === undefined ? undefined : hex(okm), `test ${t.tcId}`).toBe(
          t.result === 'valid' ? t.okm : undefined,
        );
        count++;
      }
    }
    report('wycheproof HKDF-SHA-256', count);
  });

  it('ML-KEM-768', () => {
    interface MlKem {
      seed?: string;
      ek?: string;
      c?: string;
      K?: string;
    }
    let count = 0;
    for (const { tests } of read<MlKem>('mlkem_768_test').testGroups) {
      for (const t of tests) {
        if (t.seed !== undefined) {
          const seed = bytes(t.seed);
          const ek = attempt(() => publicOf(ML_KEM_768, seed));
          if (t.ek !== undefined && t.result === 'valid') expect(ek && hex(ek), `test ${t.tcId}`).toBe(t.ek);
          const shared = attempt(() =>
            guard(() => decapsulate(privateKey(ML_KEM_768, seed), bytes(t.c ?? ''))),
          );
          expect(shared && hex(shared), `test ${t.tcId}`).toBe(t.result === 'valid' ? t.K : undefined);
        } else {
          const sealed = attempt(() => guard(() => encapsulate(publicKey(ML_KEM_768, bytes(t.ek ?? '')))));
          expect(sealed !== undefined, `test ${t.tcId}`).toBe(t.result === 'valid');
        }
        count++;
      }
    }
    report('wycheproof ML-KEM-768', count);
  });

  it('X-Wing (draft-connolly-cfrg-xwing-kem)', () => {
    const vectors = load<{ seed: string; sk: string; pk: string; ct: string; ss: string }>(
      'xwing/test-vectors.json',
    );
    for (const v of vectors) {
      const secret = bytes(v.sk);
      expect(v.sk).toBe(v.seed);
      expect(hex(xWing.publicOf(secret))).toBe(v.pk);
      expect(hex(xWing.decapsulate(secret, bytes(v.ct)))).toBe(v.ss);
      // node:crypto draws the randomness of an encapsulation itself, so it is checked by opening it.
      const { sharedSecret, output } = xWing.encapsulate(bytes(v.pk));
      expect(output.length).toBe(v.ct.length / 2);
      expect(xWing.decapsulate(secret, output)).toEqual(sharedSecret);
    }
    report('X-Wing', vectors.length);
  });
});
