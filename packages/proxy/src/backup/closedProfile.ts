import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { openProfileFolder } from '../profileFolder.ts';
import { isStoreError } from '../store/database.ts';
import { findVault, type Vault, type VaultOptions } from '../vault/vault.ts';
import { vaultFileName } from '../vault/vaultFile.ts';
import { isSystemError, noPassphrase, noProfile, type Outcome, refused, stillRuns } from './refusals.ts';

export interface ClosedProfile {
  /** Of a profile that no proxy uses. */
  folder: string;
  /** Asked only where a passphrase guards the profile. Null: none was given. What it answers is wiped. */
  askProfilePassphrase(): Promise<Uint8Array | null>;
  /** What to do once the proxy that still runs is stopped: "make the backup". */
  next: string;
}

/** Does `work` with the key of a profile; it is wiped afterwards. */
export async function withClosedProfile<Value>(
  { folder, askProfilePassphrase, next }: ClosedProfile,
  vaultOptions: VaultOptions,
  work: (masterKey: Uint8Array) => Outcome<Value> | Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  if (!(await isProfile(folder))) return noProfile(folder);
  const opened = await openProfileFolder(folder);
  if (!opened.ok) {
    const { code, message } = opened.error;
    return code === 'profileInUse' ? stillRuns(folder, next) : refused('profileUnusable', message);
  }
  try {
    const vault = await findVault(folder, vaultOptions);
    if (!vault.ok) return refused('profileUnusable', vault.message);
    const masterKey = await masterKeyOf(vault.value, askProfilePassphrase);
    if (!masterKey.ok) return masterKey;
    try {
      return await work(masterKey.value);
    } finally {
      masterKey.value.fill(0);
    }
  } finally {
    await opened.value.close();
  }
}

/** The answer where the store failed; anything else is a bug. */
export function unreadable(folder: string, error: unknown) {
  if (!isStoreError(error)) throw error;
  return refused('profileUnusable', `The profile in ${folder} cannot be read: ${error.message}.`);
}

async function masterKeyOf(
  vault: Vault,
  ask: ClosedProfile['askProfilePassphrase'],
): Promise<Outcome<Uint8Array>> {
  const isAsked = vault.by === 'passphrase';
  const passphrase = isAsked ? await ask() : null;
  if (isAsked && (passphrase === null || passphrase.length === 0)) return noPassphrase();
  const opened = await vault.open(passphrase);
  passphrase?.fill(0);
  if (opened.ok) return opened;
  const { code, message } = opened.error;
  return refused(code === 'wrongPassphrase' ? code : 'profileUnusable', message);
}

/** Something of a profile is there. `findVault` would make a new one where there is nothing. */
async function isProfile(folder: string): Promise<boolean> {
  for (const name of [vaultFileName, 'ratchet.db', 'history.db']) {
    try {
      await access(join(folder, name));
      return true;
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
  }
  return false;
}
