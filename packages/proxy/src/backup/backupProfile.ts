import { join, resolve } from 'node:path';
import { openDatabase } from '../store/openDatabase.ts';
import { openStore } from '../store/store.ts';
import { costToday } from '../vault/passphraseKey.ts';
import type { VaultOptions } from '../vault/vault.ts';
import { checkNewFile, writeBackup } from './backupFile.ts';
import { unreadable, withClosedProfile } from './closedProfile.ts';
import { contentOf, type ProfileContent, rowRecords } from './profileContent.ts';
import { type BackupRecord, type Counts, countRecord } from './records.ts';
import { noPassphrase, type Outcome, refused, stopped } from './refusals.ts';

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
  const isNew = await checkNewFile(file);
  if (!isNew.ok) return isNew;
  const { askProfilePassphrase } = options;
  const closed = { folder, askProfilePassphrase, next: 'make the backup' };
  return await withClosedProfile(closed, vaultOptions, (masterKey) =>
    backup({ ...options, file, folder }, masterKey, vaultOptions.cost ?? costToday),
  );
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
