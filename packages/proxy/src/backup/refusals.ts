/** Why a backup was not made or not restored; `message` is a sentence that says what to do. */
export interface BackupRefusal {
  code:
    | 'noProfile'
    | 'profileInUse'
    | 'profileUnusable'
    | 'wrongPassphrase'
    | 'noPassphrase'
    | 'fileExists'
    | 'fileUnusable'
    | 'notABackup'
    | 'damaged'
    | 'newerVersion'
    | 'folderNotEmpty'
    | 'diskFull'
    | 'stopped';
  message: string;
}

export type Outcome<Value> = { ok: true; value: Value } | { ok: false; error: BackupRefusal };

export function refused(code: BackupRefusal['code'], message: string): { ok: false; error: BackupRefusal } {
  return { ok: false, error: { code, message } };
}

export function noProfile(folder: string) {
  return refused('noProfile', `There is no profile in ${folder}. Name its folder with --profile.`);
}

export function stillRuns(folder: string, next: string) {
  return refused('profileInUse', `A proxy runs on the profile ${folder}. Stop it, then ${next}.`);
}

export function fileExists(file: string) {
  return refused('fileExists', `There is a file ${file} already. Choose another name, or remove it first.`);
}

export function fileUnusable(file: string, { code }: SystemError) {
  return isFull(code)
    ? refused('diskFull', `The disk of ${file} is full. Make room and try again.`)
    : refused('fileUnusable', `The file ${file} cannot be used (${code}). Choose another.`);
}

export function notABackup(file: string) {
  return refused('notABackup', `${file} is no backup of a profile. Choose another file.`);
}

export function damaged(file: string) {
  return refused('damaged', `The backup ${file} is damaged or incomplete. Use another copy of it.`);
}

export function newerVersion(file: string) {
  return refused(
    'newerVersion',
    `The backup ${file} was made by a newer version. Install that version to restore it.`,
  );
}

export function wrongPassphrase() {
  return refused('wrongPassphrase', 'This is not the passphrase of this backup.');
}

export function noPassphrase() {
  return refused('noPassphrase', 'No passphrase was given; nothing was done.');
}

export function folderNotEmpty(folder: string) {
  return refused(
    'folderNotEmpty',
    `The folder ${folder} is not empty: a backup is restored into a new one. Name another with --profile.`,
  );
}

export function isBeingRestored(folder: string) {
  return refused('profileInUse', `Something is being restored into ${folder} already.`);
}

export function folderUnusable(folder: string, { code }: SystemError) {
  return isFull(code)
    ? diskFull(folder)
    : refused('profileUnusable', `The folder ${folder} cannot be used (${code}). Choose another.`);
}

export function diskFull(folder: string) {
  return refused(
    'diskFull',
    `The disk of ${folder} is full. Make room and try again; nothing is left of this try.`,
  );
}

export function stopped() {
  return refused('stopped', 'It was stopped, and nothing is left of it.');
}

export type SystemError = Error & { readonly code: string };

/** A disk or a folder that fails is an answer. */
export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}

function isFull(code: string): boolean {
  return code === 'ENOSPC' || code === 'EDQUOT';
}
