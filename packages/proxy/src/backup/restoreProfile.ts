import { readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { openProfileFolder } from '../profileFolder.ts';
import { isStoreError } from '../store/database.ts';
import { openStore } from '../store/store.ts';
import { findVault, type Vault, type VaultOptions } from '../vault/vault.ts';
import { BackupFile, syncFolder } from './backupFile.ts';
import { NewProfile } from './newProfile.ts';
import { type BackupRecord, type Counts, countRecord } from './records.ts';
import {
  damaged,
  diskFull,
  folderNotEmpty,
  folderUnusable,
  isBeingRestored,
  isSystemError,
  noPassphrase,
  type Outcome,
  refused,
  stopped,
} from './refusals.ts';

export interface RestoreOptions {
  file: string;
  /** Of the new profile: missing or empty. */
  folder: string;
  /** Of the backup. Null: none was given. What it answers is wiped. */
  askPassphrase(): Promise<Uint8Array | null>;
  /** Guards the new profile; empty: a file that only its owner may read does. Wiped, too. */
  askProfilePassphrase(): Promise<Uint8Array | null>;
  /** Leaves nothing behind. */
  stop?: AbortSignal;
}

export interface Restored extends Counts {
  /** What guards the new profile. */
  readonly by: 'passphrase' | 'file';
}

/** Beside the folder, so that the profile appears in it at once. What a crash leaves here, the next try replaces. */
export const unfinishedProfile = (folder: string) => `${folder}.restoring`;

/**
 * Makes a new profile of a backup: a vault of its own, the history, and rooms without keys. In each of them a member has
 * to let the person in again.
 */
export async function restoreProfile(
  options: RestoreOptions,
  vaultOptions: VaultOptions = {},
): Promise<Outcome<Restored>> {
  const folder = resolve(options.folder);
  const isFree = await checkFree(folder);
  if (!isFree.ok) return isFree;
  const backup = await BackupFile.open(resolve(options.file));
  if (!backup.ok) return backup;
  try {
    return await restoreFrom(backup.value, { ...options, folder }, vaultOptions);
  } finally {
    await backup.value.close();
  }
}

async function restoreFrom(
  backup: BackupFile,
  { file, folder, askPassphrase, askProfilePassphrase, stop }: RestoreOptions,
  vaultOptions: VaultOptions,
): Promise<Outcome<Restored>> {
  const key = await withPassphrase(askPassphrase, async (passphrase) =>
    passphrase.length === 0 ? noPassphrase() : await backup.unlock(passphrase),
  );
  if (!key.ok) return key;
  return await withPassphrase(askProfilePassphrase, (passphrase) =>
    intoNewFolder(folder, async (unfinished) => {
      const given = passphrase.length === 0 ? null : passphrase;
      const vault = await newVault(unfinished, given, vaultOptions);
      if (!vault.ok) return vault;
      const fill = { file, folder, masterKey: vault.value, ...(stop && { stop }) };
      const filled = await fillStore(unfinished, backup.records(key.value), fill);
      vault.value.fill(0);
      if (!filled.ok) return filled;
      return { ok: true, value: { ...filled.value, by: given === null ? 'file' : 'passphrase' } };
    }),
  );
}

async function withPassphrase<Value>(
  ask: () => Promise<Uint8Array | null>,
  use: (passphrase: Uint8Array) => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  const passphrase = await ask();
  if (passphrase === null) return noPassphrase();
  try {
    return await use(passphrase);
  } finally {
    passphrase.fill(0);
  }
}

async function checkFree(folder: string): Promise<Outcome<null>> {
  try {
    const names = await readdir(folder);
    return names.length === 0 ? { ok: true, value: null } : folderNotEmpty(folder);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return error.code === 'ENOENT' ? { ok: true, value: null } : folderUnusable(folder, error);
  }
}

/** All of the new folder is there when `fill` has succeeded, and nothing of it otherwise. */
async function intoNewFolder<Value>(
  folder: string,
  fill: (unfinished: string) => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  const unfinished = unfinishedProfile(folder);
  const locked = await openProfileFolder(unfinished);
  if (!locked.ok) {
    const { code, message } = locked.error;
    return code === 'profileInUse' ? isBeingRestored(folder) : refused('profileUnusable', message);
  }
  let isOpen = true;
  const close = async () => {
    if (isOpen) await locked.value.close();
    isOpen = false;
  };
  try {
    await removeAllBut(unfinished, 'lock');
    const filled = await fill(unfinished);
    if (!filled.ok) return filled;
    await close();
    await rm(join(unfinished, 'lock'), { force: true });
    await syncFolder(unfinished);
    // An empty folder may be there; on some systems nothing can be renamed to it.
    await rmdir(folder).catch(unlessMissing);
    await rename(unfinished, folder);
    await syncFolder(dirname(folder));
    return filled;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const isTaken = error.code === 'ENOTEMPTY' || error.code === 'EEXIST';
    return isTaken ? folderNotEmpty(folder) : folderUnusable(folder, error);
  } finally {
    await close();
    await rm(unfinished, { recursive: true, force: true }).catch(() => {});
  }
}

/** The new vault's master key, which the caller wipes. */
async function newVault(
  folder: string,
  passphrase: Uint8Array | null,
  options: VaultOptions,
): Promise<Outcome<Uint8Array>> {
  const vault = await findVault(folder, options);
  if (!vault.ok) return refused('profileUnusable', vault.message);
  const guarded = passphrase === null ? null : await guard(vault.value, passphrase);
  const masterKey = guarded?.ok === false ? guarded : await vault.value.open(passphrase);
  return masterKey.ok ? masterKey : refused('profileUnusable', masterKey.error.message);
}

function guard(vault: Vault, passphrase: Uint8Array) {
  return vault.protect({ by: 'passphrase', passphrase, current: null, lockAfterMinutes: 0 });
}

interface Filling {
  file: string;
  folder: string;
  masterKey: Uint8Array;
  stop?: AbortSignal;
}

async function fillStore(
  unfinished: string,
  parts: AsyncIterable<Outcome<BackupRecord[]>>,
  { file, folder, masterKey, stop }: Filling,
): Promise<Outcome<Counts>> {
  const store = openStore({ folder: unfinished, key: masterKey });
  if (!store.ok) return refused('profileUnusable', store.message);
  try {
    const counts: Counts = { rooms: 0, messages: 0 };
    const profile = new NewProfile(store.value, Date.now());
    for await (const part of inSteps(parts)) {
      if (!part.ok) return part;
      if (stop?.aborted) return stopped();
      if (!profile.take(part.value)) return damaged(file);
      for (const record of part.value) countRecord(counts, record);
    }
    // Nothing of the invites' secrets stays in a journal.
    store.value.wipeDeleted();
    return { ok: true, value: counts };
  } catch (error) {
    if (!isStoreError(error)) throw error;
    const isFull = 'code' in error && error.code === 'SQLITE_FULL';
    return isFull
      ? diskFull(folder)
      : refused('profileUnusable', `The profile ${folder} cannot be written: ${error.message}.`);
  } finally {
    store.value.close();
  }
}

/** Chunks that become one step. Each step begins a new part of the search index, which has to be merged later. */
const chunksOfStep = 64;

async function* inSteps(
  parts: AsyncIterable<Outcome<BackupRecord[]>>,
): AsyncGenerator<Outcome<BackupRecord[]>, void, undefined> {
  const waiting: BackupRecord[][] = [];
  for await (const part of parts) {
    if (!part.ok) return yield part;
    waiting.push(part.value);
    if (waiting.length === chunksOfStep) yield { ok: true, value: waiting.splice(0).flat() };
  }
  yield { ok: true, value: waiting.flat() };
}

async function removeAllBut(folder: string, kept: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name !== kept) await rm(join(folder, name), { recursive: true, force: true });
  }
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
