import { createHash, createSecretKey } from 'node:crypto';
import { openBytes, sealBytes } from '../core/aead.ts';
import { type Argon2id, argon2id } from '../vault/passphraseKey.ts';

/**
 * The first bytes of a backup, in the clear:
 *
 *     magic 16 ‖ version 4 ‖ memory 4 ‖ passes 4 ‖ parallelism 4 ‖ salt 16 ‖ sealed content key 60 ‖ checksum 16
 *
 * Numbers are big-endian. The content key is random and sealed with AES-256-GCM under the key that Argon2id makes of the
 * passphrase, all before it as additional data. The checksum is of all before it: it tells damage from a wrong
 * passphrase, and proves nothing against an attacker.
 */
export interface BackupHeader {
  readonly argon2id: Argon2id;
  readonly salt: Uint8Array;
  readonly sealedKey: Uint8Array;
  /** All of it as it stands in the file. */
  readonly bytes: Uint8Array;
}

export type ParsedHeader =
  | { kind: 'header'; header: BackupHeader }
  | { kind: 'newer' }
  | { kind: 'damaged' }
  | { kind: 'foreign' };

const magic = Buffer.from('otr-chat backup\n');
/** Counts what the content may hold. Of version 1 are backups without an identity key and without people. */
const version = 2;
const oldestVersion = 1;
export const saltLength = 16;
export const keyLength = 32;

const at = { version: 16, memory: 20, passes: 24, parallelism: 28, salt: 32, sealedKey: 48, checksum: 108 };
export const headerLength = 124;

export function parseHeader(bytes: Buffer): ParsedHeader {
  if (!bytes.subarray(0, at.version).equals(magic)) return { kind: 'foreign' };
  if (bytes.length < headerLength) return { kind: 'damaged' };
  if (bytes.readUInt32BE(at.version) > version) return { kind: 'newer' };
  const cost = argon2id.safeParse({
    memory: bytes.readUInt32BE(at.memory),
    passes: bytes.readUInt32BE(at.passes),
    parallelism: bytes.readUInt32BE(at.parallelism),
  });
  const isWhole = checksumOf(bytes).equals(bytes.subarray(at.checksum, headerLength));
  if (!isWhole || !cost.success || bytes.readUInt32BE(at.version) < oldestVersion) return { kind: 'damaged' };
  const salt = bytes.subarray(at.salt, at.sealedKey);
  const sealedKey = bytes.subarray(at.sealedKey, at.checksum);
  return {
    kind: 'header',
    header: { argon2id: cost.data, salt, sealedKey, bytes: bytes.subarray(0, headerLength) },
  };
}

/** A header whose content key opens with this key of a passphrase. */
export function makeHeader(
  passphraseKey: Uint8Array,
  contentKey: Uint8Array,
  { argon2id, salt }: Pick<BackupHeader, 'argon2id' | 'salt'>,
): Buffer {
  const bytes = Buffer.alloc(headerLength);
  bytes.set(magic);
  bytes.writeUInt32BE(version, at.version);
  bytes.writeUInt32BE(argon2id.memory, at.memory);
  bytes.writeUInt32BE(argon2id.passes, at.passes);
  bytes.writeUInt32BE(argon2id.parallelism, at.parallelism);
  bytes.set(salt, at.salt);
  bytes.set(sealBytes(createSecretKey(passphraseKey), contentKey, beforeKey(bytes)), at.sealedKey);
  bytes.set(checksumOf(bytes), at.checksum);
  return bytes;
}

/** The content key, which the caller wipes; null when the passphrase's key is another. */
export function openContentKey(
  passphraseKey: Uint8Array,
  { sealedKey, bytes }: BackupHeader,
): Uint8Array | null {
  return openBytes(createSecretKey(passphraseKey), sealedKey, beforeKey(bytes));
}

function beforeKey(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, at.sealedKey);
}

function checksumOf(bytes: Uint8Array): Buffer {
  const digest = createHash('sha256').update(bytes.subarray(0, at.checksum)).digest();
  return digest.subarray(0, headerLength - at.checksum);
}
