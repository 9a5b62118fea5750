import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openProfileFolder } from '../profileFolder.ts';
import { isStoreError } from '../store/database.ts';
import { openDatabase } from '../store/openDatabase.ts';
import { openStore } from '../store/store.ts';
import { costToday } from '../vault/passphraseKey.ts';
import { findVault, type Vault, type VaultOptions } from '../vault/vault.ts';
import { vaultFileName } from '../vault/vaultFile.ts';
import { checkNewFile, writeBackup } from './backupFile.ts';
import { contentOf, type ProfileContent, rowRecords } from './profileContent.ts';
import { type BackupRecord, type Counts, countRecord } from './records.ts';
import {
  isSystemError,
  noPassphrase,
  noProfile,
  type Outcome,
  refused,
  stillRuns,
  stopped,
} from './refusals.ts';

export interface BackupOptions {
  /** Of a profile that no proxy uses. */
  folder: string;
  /** To be written; there is none yet. */
  file: string;
  /** Asked only where a passphrase guards the profile. Null: none was given. What it answers is wiped. */
  askProfilePassphrase(): Promise<Uint8Array | null>;
  /** Of the backup. Asked when the profile is open. */
  askPassphrase(): Promise<Uint8Array | null>;
  /** Leaves nothing behind. */
  stop?: AbortSignal;
}

/** Writes all of a profile but its rooms' keys into one sealed file. */
export async function backupProfile(
  options: BackupOptions,
  vaultOptions: VaultOptions = {},
): Promise<Outcome<Counts>> {
  const file = resolve(options.file);
  const folder = resolve(options.folder);
  if (!(await isProfile(folder))) return noProfile(folder);
  const isNew = await checkNewFile(file);
  if (!isNew.ok) return isNew;
  const opened = await openProfileFolder(folder);
  if (!opened.ok) {
    const { code, message } = opened.error;
    return code === 'profileInUse' ? stillRuns(folder) : refused('profileUnusable', message);
  }
  try {
    const vault = await findVault(folder, vaultOptions);
    if (!vault.ok) return refused('profileUnusable', vault.message);
    const masterKey = await masterKeyOf(vault.value, options.askProfilePassphrase);
    if (!masterKey.ok) return masterKey;
    try {
      return await backup({ ...options, file, folder }, masterKey.value, vaultOptions.cost ?? costToday);
    } finally {
      masterKey.value.fill(0);
    }
  } finally {
    await opened.value.close();
  }
}

async function backup(
  { folder, file, askPassphrase, stop }: BackupOptions,
  masterKey: Uint8Array,
  cost: typeof costToday,
): Promise<Outcome<Counts>> {
  const content = readContent(folder, masterKey);
  if (!content.ok) return content;
  const passphrase = await askPassphrase();
  if (passphrase === null || passphrase.length === 0) return noPassphrase();
  try {
    return await writeBackup(file, { passphrase, cost }, (add) =>
      writeContent({ folder, masterKey, content: content.value, add, ...(stop && { stop }) }),
    );
  } finally {
    passphrase.fill(0);
  }
}

/** Opening the store finishes what a killed proxy had begun. */
function readContent(folder: string, key: Uint8Array): Outcome<ProfileContent> {
  const store = openStore({ folder, key });
  if (!store.ok) return refused('profileUnusable', store.message);
  try {
    return { ok: true, value: contentOf(store.value, Date.now()) };
  } catch (error) {
    return unreadable(folder, error);
  } finally {
    store.value.close();
  }
}

interface Writing {
  folder: string;
  masterKey: Uint8Array;
  content: ProfileContent;
  add: (record: BackupRecord) => Promise<void>;
  stop?: AbortSignal;
}

/** The timelines may be long: row by row, out of the database into the file. */
async function writeContent({ folder, masterKey, content, add, stop }: Writing): Promise<Outcome<Counts>> {
  const counts: Counts = { rooms: 0, messages: 0 };
  const write = async (record: BackupRecord) => {
    countRecord(counts, record);
    await add(record);
  };
  for (const record of content.records) await write(record);
  const history = openDatabase('history', join(folder, 'history.db'), masterKey);
  if (!history.ok) return refused('profileUnusable', history.message);
  try {
    for (const record of rowRecords(history.value, content.rooms)) {
      if (stop?.aborted) return stopped();
      await write(record);
    }
    return { ok: true, value: counts };
  } catch (error) {
    return unreadable(folder, error);
  } finally {
    history.value.close();
  }
}

async function masterKeyOf(
  vault: Vault,
  ask: BackupOptions['askProfilePassphrase'],
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

function unreadable(folder: string, error: unknown) {
  if (!isStoreError(error)) throw error;
  return refused('profileUnusable', `The profile in ${folder} cannot be read: ${error.message}.`);
}
