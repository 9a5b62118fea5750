import { createHash, createSecretKey } from 'node:crypto';
import { base64urlText } from '@otr/protocol';
import { z } from 'zod';
import { openBytes, sealBytes } from '../core/aead.ts';
import { argon2id } from './passphraseKey.ts';

const header = z.strictObject({
  version: z.literal(1),
  /** Random; names the profile's entry in the keychain. */
  id: base64urlText(16),
  guard: z.discriminatedUnion('by', [
    z.strictObject({ by: z.literal('passphrase'), salt: base64urlText(16), argon2id }),
    z.strictObject({ by: z.literal('keychain') }),
    z.strictObject({ by: z.literal('file') }),
  ]),
  /** A former guard's entry may still be in the keychain. */
  leftInKeychain: z.boolean(),
  lockAfterMinutes: z
    .int()
    .min(0)
    .max(7 * 24 * 60),
});
/** All that the vault's file says in the clear; it is authenticated together with the sealed key. */
export type VaultHeader = z.infer<typeof header>;
/** What holds the key that seals the master key. */
export type GuardKind = VaultHeader['guard']['by'];

const nonceAndTag = 28;
export const keyLength = 32;
const file = header.extend({
  /** The master key: AES-256-GCM under the guard's key, with the header as additional data. */
  sealedKey: base64urlText(keyLength + nonceAndTag),
  /** Of all before it: tells a damaged file from a wrong passphrase. It proves nothing against an attacker. */
  checksum: base64urlText(16),
});

export interface VaultFile {
  header: VaultHeader;
  sealedKey: Uint8Array;
}

export const vaultFileName = 'vault.json';
/** More than any file that we write. */
export const vaultFileAtMost = 4096;

export type ParsedVault = { kind: 'vault'; vault: VaultFile } | { kind: 'newer' } | { kind: 'damaged' };

/** Only exactly what `formatVault` writes is accepted, to the byte. */
export function parseVault(content: Uint8Array): ParsedVault {
  const text = Buffer.from(content).toString('utf8');
  const json = parseJson(text);
  const parsed = file.safeParse(json);
  if (!parsed.success) {
    const version = z.object({ version: z.int().min(2) }).safeParse(json);
    return { kind: version.success ? 'newer' : 'damaged' };
  }
  const { sealedKey, checksum: _, ...rest } = parsed.data;
  const vault = { header: rest, sealedKey: new Uint8Array(Buffer.from(sealedKey, 'base64url')) };
  return Buffer.compare(formatVault(vault), content) === 0 ? { kind: 'vault', vault } : { kind: 'damaged' };
}

export function formatVault({ header, sealedKey }: VaultFile): Buffer {
  const body = { ...inOrder(header), sealedKey: Buffer.from(sealedKey).toString('base64url') };
  return Buffer.from(`${JSON.stringify({ ...body, checksum: checksumOf(body) }, null, 2)}\n`);
}

/** Seals the master key for this header. */
export function sealMasterKey(guardKey: Uint8Array, masterKey: Uint8Array, header: VaultHeader): VaultFile {
  return { header, sealedKey: sealBytes(createSecretKey(guardKey), masterKey, additionalData(header)) };
}

/** The master key, which the caller wipes; null when the guard's key, the header or the seal is another. */
export function openMasterKey(guardKey: Uint8Array, { header, sealedKey }: VaultFile): Uint8Array | null {
  return openBytes(createSecretKey(guardKey), sealedKey, additionalData(header));
}

function additionalData(header: VaultHeader): Buffer {
  return Buffer.from(`otr-chatroom vault\n${JSON.stringify(inOrder(header))}`);
}

/** The same header is always the same text. */
function inOrder({ version, id, guard, leftInKeychain, lockAfterMinutes }: VaultHeader): VaultHeader {
  return { version, id, guard: guardInOrder(guard), leftInKeychain, lockAfterMinutes };
}

function guardInOrder(guard: VaultHeader['guard']): VaultHeader['guard'] {
  if (guard.by !== 'passphrase') return { by: guard.by };
  const { memory, passes, parallelism } = guard.argon2id;
  return { by: guard.by, salt: guard.salt, argon2id: { memory, passes, parallelism } };
}

function checksumOf(body: object): string {
  return createHash('sha256').update(JSON.stringify(body)).digest().subarray(0, 16).toString('base64url');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
