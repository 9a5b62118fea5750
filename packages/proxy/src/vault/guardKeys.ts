import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ok, type Result, refuse } from '@otr/protocol';
import { destroyFile, readSmallFile, replaceFile } from './durableFile.ts';
import type { Keychain } from './keychain.ts';
import { type Argon2id, passphraseKey } from './passphraseKey.ts';
import { type GuardKind, keyLength, type VaultHeader } from './vaultFile.ts';

/** Beside the vault's file, of mode 0600: the guard's key of who wants no passphrase. */
export const keyFileName = 'master.key';

/** Where guards keep their keys. */
export interface GuardPlaces {
  folder: string;
  keychain: Keychain;
}

/** The key that opens this vault's master key; the caller wipes it. */
export async function guardKey(
  { folder, keychain }: GuardPlaces,
  { id, guard }: VaultHeader,
  passphrase: Uint8Array | null,
): Promise<Result<Uint8Array>> {
  switch (guard.by) {
    case 'passphrase': {
      if (passphrase === null) return refuse('wrongPassphrase', 'This profile asks for its passphrase.');
      return ok(await passphraseKey(passphrase, Buffer.from(guard.salt, 'base64url'), guard.argon2id));
    }
    case 'file':
      return keyInFile(folder);
    case 'keychain': {
      const found = await keychain.read(id);
      if (!found.ok) return found;
      if (found.value?.length === keyLength) return { ok: true, value: found.value };
      found.value?.fill(0);
      return refuse(
        'keychainUnavailable',
        'The keychain of this system has no key for this profile. Use the keychain that it was kept in, or restore a backup.',
      );
    }
  }
}

export interface NewGuard {
  guard: VaultHeader['guard'];
  /** The caller wipes it. */
  key: Uint8Array;
}

/**
 * Makes a guard and stores its key. A guard of the same kind keeps its key, since only the file of the vault changes
 * at once; a passphrase gets a fresh salt.
 */
export async function newGuard(
  places: GuardPlaces,
  header: VaultHeader,
  by: GuardKind,
  passphrase: Uint8Array | null,
  cost: Argon2id,
): Promise<Result<NewGuard>> {
  if (by === 'passphrase') {
    if (passphrase === null)
      return refuse('badRequest', 'Give the passphrase that shall guard this profile.');
    const salt = randomBytes(16);
    const key = await passphraseKey(passphrase, salt, cost);
    return ok({ guard: { by, salt: salt.toString('base64url'), argon2id: cost }, key });
  }
  if (header.guard.by === by) {
    const kept = await guardKey(places, header, null);
    return kept.ok ? ok({ guard: { by }, key: kept.value }) : kept;
  }
  const key = randomBytes(keyLength);
  if (by === 'file') {
    await replaceFile(places.folder, keyFileName, key);
    return ok({ guard: { by }, key });
  }
  const written = await places.keychain.write(header.id, key);
  if (written.ok) return ok({ guard: { by }, key });
  key.fill(0);
  return written;
}

/** Removes the keys of all guards but this vault's own. Not ok: the keychain cannot be asked now. */
export async function removeTraces(
  { folder, keychain }: GuardPlaces,
  { id, guard, leftInKeychain }: VaultHeader,
): Promise<Result<object>> {
  if (guard.by !== 'file') await destroyFile(folder, keyFileName);
  return leftInKeychain && guard.by !== 'keychain' ? await keychain.remove(id) : ok({});
}

async function keyInFile(folder: string): Promise<Result<Uint8Array>> {
  const path = join(folder, keyFileName);
  const found = await readSmallFile(path, keyLength);
  if (found?.length === keyLength) return ok(found);
  const what = found === null ? 'is missing' : 'is damaged';
  return refuse('storageFailed', `The profile's key file ${path} ${what}. Put it back from a copy.`);
}
