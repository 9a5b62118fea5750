import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackupFile } from '../../src/backup/backupFile.ts';
import { type BackupOptions, backupProfile } from '../../src/backup/backupProfile.ts';
import type { BackupRecord, Counts } from '../../src/backup/records.ts';
import type { Outcome } from '../../src/backup/refusals.ts';
import { type RestoreOptions, restoreProfile } from '../../src/backup/restoreProfile.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { findVault, type VaultOptions } from '../../src/vault/vault.ts';
import { bytes, cheap, fakeKeychain } from '../vault/vaults.ts';

export const vaultOptions: VaultOptions = { keychain: fakeKeychain(), cost: cheap };
export const passphrase = 'correct horse';

/** The folder of one test. */
export class Shelf {
  readonly folder = mkdtempSync(join(tmpdir(), 'otr-backup-'));

  place(name: string): string {
    return join(this.folder, name);
  }

  names(): string[] {
    return readdirSync(this.folder).sort();
  }

  clean(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** The store of a profile with a vault, made if need be. */
export async function storeIn(folder: string, given: string | null = null): Promise<Store> {
  mkdirSync(folder, { recursive: true });
  const vault = await findVault(folder, vaultOptions);
  if (!vault.ok) throw new Error(vault.message);
  const key = await vault.value.open(given === null ? null : bytes(given));
  if (!key.ok) throw new Error(key.error.message);
  const store = openStore({ folder, key: key.value });
  if (!store.ok) throw new Error(store.message);
  return store.value;
}

export function backup(
  folder: string,
  file: string,
  more: Partial<BackupOptions> = {},
): Promise<Outcome<Counts>> {
  const askPassphrase = async () => bytes(passphrase);
  const askProfilePassphrase = async () => null;
  return backupProfile({ folder, file, askPassphrase, askProfilePassphrase, ...more }, vaultOptions);
}

export function restore(
  file: string,
  folder: string,
  more: Partial<RestoreOptions> = {},
): Promise<Outcome<Counts>> {
  const askPassphrase = async () => bytes(passphrase);
  const askProfilePassphrase = async () => bytes('');
  return restoreProfile({ folder, file, askPassphrase, askProfilePassphrase, ...more }, vaultOptions);
}

export async function mustDo(outcome: Promise<Outcome<Counts>>): Promise<Counts> {
  const done = await outcome;
  if (!done.ok) throw new Error(`${done.error.code}: ${done.error.message}`);
  return done.value;
}

export async function codeOf(outcome: Promise<Outcome<Counts>>): Promise<string> {
  const done = await outcome;
  return done.ok ? 'done' : done.error.code;
}

/** What a backup holds, decrypted. */
export async function recordsOf(file: string): Promise<BackupRecord[]> {
  const opened = await BackupFile.open(file);
  if (!opened.ok) throw new Error(opened.error.message);
  const key = await opened.value.unlock(bytes(passphrase));
  if (!key.ok) throw new Error(key.error.message);
  const all: BackupRecord[] = [];
  for await (const part of opened.value.records(key.value)) {
    if (!part.ok) throw new Error(part.error.message);
    all.push(...part.value);
  }
  await opened.value.close();
  return all;
}
