import { EMPTY, equal } from '../codec/bytes.ts';
import { decode, type Reader } from '../codec/reader.ts';
import { encode, type Writer } from '../codec/writer.ts';
import {
  decryptWithLabel,
  type HpkeCiphertext,
  HpkeContext,
  readHpkeCiphertext,
  writeHpkeCiphertext,
} from '../crypto/hpke.ts';
import { expandWithLabel } from '../crypto/labeled.ts';
import type { Suite } from '../crypto/suite.ts';
import { fail } from '../errors.ts';
import { type PreSharedKeyId, readPskId, writePskId } from '../schedule/psk.ts';
import { type GroupInfo, readGroupInfo } from './groupInfo.ts';
import { type KeyPackage, keyPackageRef } from './keyPackage.ts';

/** RFC 9420 §12.4.3.1: the secrets of an epoch for one new member. */
export interface GroupSecrets {
  readonly joinerSecret: Uint8Array;
  /** The path secret of the lowest node above both the committer and the new member. */
  readonly pathSecret: Uint8Array | undefined;
  readonly psks: readonly PreSharedKeyId[];
}

export interface Welcome {
  readonly suiteId: number;
  readonly secrets: readonly { readonly newMember: Uint8Array; readonly sealed: HpkeCiphertext }[];
  readonly encryptedGroupInfo: Uint8Array;
}

export function writeGroupSecrets(w: Writer, value: GroupSecrets): void {
  w.opaque(value.joinerSecret).optional(value.pathSecret, (inner, secret) => inner.opaque(secret));
  w.list(value.psks, writePskId);
}

export function readGroupSecrets(r: Reader): GroupSecrets {
  return {
    joinerSecret: r.opaque(),
    pathSecret: r.optional((inner) => inner.opaque()),
    psks: r.list(readPskId),
  };
}

export function writeWelcome(w: Writer, value: Welcome): void {
  w.u16(value.suiteId).list(value.secrets, (list, { newMember, sealed }) => {
    writeHpkeCiphertext(list.opaque(newMember), sealed);
  });
  w.opaque(value.encryptedGroupInfo);
}

export function readWelcome(r: Reader): Welcome {
  return {
    suiteId: r.u16(),
    secrets: r.list((list) => ({ newMember: list.opaque(), sealed: readHpkeCiphertext(list) })),
    encryptedGroupInfo: r.opaque(),
  };
}

function infoKey(suite: Suite, welcomeSecret: Uint8Array): { key: Uint8Array; nonce: Uint8Array } {
  return {
    key: expandWithLabel(suite, welcomeSecret, 'key', EMPTY, suite.aead.keyLength),
    nonce: expandWithLabel(suite, welcomeSecret, 'nonce', EMPTY, suite.aead.nonceLength),
  };
}

export function sealGroupInfo(suite: Suite, welcomeSecret: Uint8Array, info: GroupInfo): Uint8Array {
  const { key, nonce } = infoKey(suite, welcomeSecret);
  const sealed = suite.aead.seal(key, nonce, EMPTY, info.encoded);
  key.fill(0);
  return sealed;
}

export function openGroupInfo(suite: Suite, welcomeSecret: Uint8Array, sealed: Uint8Array): GroupInfo {
  const { key, nonce } = infoKey(suite, welcomeSecret);
  const plain = suite.aead.open(key, nonce, EMPTY, sealed);
  key.fill(0);
  return decode(plain, readGroupInfo);
}

/** A new member and what it alone gets. */
export interface Newcomer {
  readonly keyPackage: KeyPackage;
  readonly secrets: GroupSecrets;
}

/** Seals the secrets for each new member, bound to the encrypted GroupInfo. */
export function sealGroupSecrets(
  suite: Suite,
  newcomers: readonly Newcomer[],
  encryptedGroupInfo: Uint8Array,
): Welcome['secrets'] {
  const hpke = HpkeContext.labeled(suite, 'Welcome', encryptedGroupInfo);
  return newcomers.map(({ keyPackage, secrets }) => {
    const plain = encode(secrets, writeGroupSecrets);
    const sealed = hpke.seal(keyPackage.initKey, plain);
    plain.fill(0);
    return { newMember: keyPackageRef(suite, keyPackage), sealed };
  });
}

/** Opens the entry of one key package. */
export function openGroupSecrets(
  suite: Suite,
  welcome: Welcome,
  keyPackage: KeyPackage,
  initPrivateKey: Uint8Array,
): GroupSecrets {
  const reference = keyPackageRef(suite, keyPackage);
  const entry = welcome.secrets.find((s) => equal(s.newMember, reference)) ?? fail('welcomeNotForUs');
  const plain = decryptWithLabel(suite, initPrivateKey, 'Welcome', welcome.encryptedGroupInfo, entry.sealed);
  return decode(plain, readGroupSecrets);
}
