import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, type Result, refuse } from '@otr/protocol';
import { destroyFile, readSmallFile, replaceFile, unfinished } from './durableFile.ts';
import { type GuardPlaces, guardKey, keyFileName, newGuard, removeTraces } from './guardKeys.ts';
import { type Keychain, systemKeychain } from './keychain.ts';
import { type Argon2id, costToday, isBelow, raised } from './passphraseKey.ts';
import {
  formatVault,
  type GuardKind,
  keyLength,
  openMasterKey,
  parseVault,
  sealMasterKey,
  type VaultFile,
  type VaultHeader,
  vaultFileAtMost,
  vaultFileName,
} from './vaultFile.ts';

/** What shall guard the master key from now on. */
export interface Protection {
  by: GuardKind;
  /** The new one; without it a passphrase that guards the key now goes on. */
  passphrase: Uint8Array | null;
  /** Needed where a passphrase guards the key now. */
  current: Uint8Array | null;
  lockAfterMinutes: number;
}

export interface VaultOptions {
  keychain?: Keychain;
  /** What a new passphrase costs. */
  cost?: Argon2id;
  /** Called after each step that is on disk, with its name: fault tests stop the process here. */
  afterStep?: (name: string) => void;
}

export type FoundVault = { ok: true; value: Vault } | { ok: false; message: string };

/**
 * The vault of a profile's folder; a new one, guarded by a file, where there is no profile yet. A damaged one is never
 * replaced: the databases open under its key only. The folder is this process's alone (`lockProfile`).
 */
export async function findVault(folder: string, options: VaultOptions = {}): Promise<FoundVault> {
  const path = join(folder, vaultFileName);
  try {
    const content = await readSmallFile(path, vaultFileAtMost);
    if (content === null) {
      const isProfile = await anyExists(folder, databaseNames);
      return isProfile
        ? { ok: false, message: missing(path) }
        : { ok: true, value: await makeVault(folder, options) };
    }
    const parsed = content === undefined ? ({ kind: 'damaged' } as const) : parseVault(content);
    if (parsed.kind === 'newer') return { ok: false, message: newer };
    if (parsed.kind === 'damaged') return { ok: false, message: damaged(path) };
    await dropUnfinished(folder, parsed.vault.header);
    return { ok: true, value: new Vault(folder, parsed.vault, options) };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { ok: false, message: `The profile's vault ${path} cannot be used (${error.code}).` };
  }
}

/** A profile's master key, sealed. Nothing secret stays in it: each opening asks the guard anew. */
export class Vault {
  readonly #folder: string;
  readonly #places: GuardPlaces;
  readonly #cost: Argon2id;
  readonly #afterStep: (name: string) => void;
  #file: VaultFile;

  constructor(folder: string, file: VaultFile, options: VaultOptions) {
    const { keychain = systemKeychain, cost = costToday, afterStep = () => {} } = options;
    this.#folder = folder;
    this.#places = { folder, keychain };
    this.#cost = cost;
    this.#afterStep = afterStep;
    this.#file = file;
  }

  get by(): GuardKind {
    return this.#file.header.guard.by;
  }

  get lockAfterMinutes(): number {
    return this.#file.header.lockAfterMinutes;
  }

  /** The master key, which the caller wipes. Only a passphrase's guard looks at `passphrase`, and leaves it as it is. */
  async open(passphrase: Uint8Array | null): Promise<Result<Uint8Array>> {
    const key = await this.#stored(() => guardKey(this.#places, this.#file.header, passphrase));
    if (!key.ok) return key;
    const masterKey = openMasterKey(key.value, this.#file);
    key.value.fill(0);
    if (masterKey === null) return this.#doesNotOpen();
    // The profile is open whether or not this can be done now; it is tried at each opening.
    await this.#stored(() => this.#renew(masterKey, passphrase));
    return { ok: true, value: masterKey };
  }

  /** Seals the same master key for another guard, and removes what the former one kept. */
  async protect(wanted: Protection): Promise<Result<Record<string, never>>> {
    const { by, passphrase, current, lockAfterMinutes } = wanted;
    const masterKey = await this.open(current);
    if (!masterKey.ok) return masterKey;
    const goesOn = this.by === 'passphrase' ? current : null;
    const leftInKeychain = this.#file.header.leftInKeychain || this.by === 'keychain';
    const more = { leftInKeychain: leftInKeychain && by !== 'keychain', lockAfterMinutes };
    const sealed = await this.#stored(() => this.#reseal(masterKey.value, by, passphrase ?? goesOn, more));
    masterKey.value.fill(0);
    return sealed;
  }

  /** Finishes what a crash broke off, and seals anew under today's cost. */
  async #renew(masterKey: Uint8Array, passphrase: Uint8Array | null): Promise<Result<Record<string, never>>> {
    const { guard, leftInKeychain, lockAfterMinutes } = this.#file.header;
    const isCheap = guard.by === 'passphrase' && isBelow(guard.argon2id, this.#cost);
    if (!leftInKeychain && !isCheap) return ok({});
    return await this.#reseal(masterKey, guard.by, passphrase, { leftInKeychain, lockAfterMinutes });
  }

  /** First the new guard's key, then the vault's file at once, then the former guard's traces: a crash leaves one of both. */
  async #reseal(
    masterKey: Uint8Array,
    by: GuardKind,
    passphrase: Uint8Array | null,
    more: Pick<VaultHeader, 'leftInKeychain' | 'lockAfterMinutes'>,
  ): Promise<Result<Record<string, never>>> {
    const { guard: before } = this.#file.header;
    const cost = before.by === 'passphrase' ? raised(before.argon2id, this.#cost) : this.#cost;
    const made = await newGuard(this.#places, this.#file.header, by, passphrase, cost);
    if (!made.ok) return made;
    const { guard, key } = made.value;
    const header = { ...this.#file.header, ...more, guard };
    try {
      this.#afterStep('guardStored');
      await this.#write(sealMasterKey(key, masterKey, header));
      const removed = await removeTraces(this.#places, header);
      this.#afterStep('tracesRemoved');
      // Where the keychain cannot be asked now, the next opening tries again.
      const isDone = removed.ok && header.leftInKeychain;
      if (isDone) await this.#write(sealMasterKey(key, masterKey, { ...header, leftInKeychain: false }));
      return ok({});
    } finally {
      key.fill(0);
    }
  }

  async #write(file: VaultFile): Promise<void> {
    await replaceFile(this.#folder, vaultFileName, formatVault(file), () => this.#afterStep('vaultWritten'));
    this.#file = file;
    this.#afterStep('vaultReplaced');
  }

  #doesNotOpen() {
    return this.by === 'passphrase'
      ? refuse('wrongPassphrase', 'This is not the passphrase of this profile.')
      : refuse(
          'storageFailed',
          'The key that was kept for this profile belongs to another one. Put its own back.',
        );
  }

  /** A disk that fails is an answer. */
  async #stored<Value>(work: () => Promise<Result<Value>>): Promise<Result<Value>> {
    try {
      return await work();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      await this.#readAgain();
      return refuse(
        'storageFailed',
        `The profile's vault in ${this.#folder} cannot be used (${error.code}).`,
      );
    }
  }

  /** After a failure half way: what counts is what is on disk. */
  async #readAgain(): Promise<void> {
    const content = await readSmallFile(join(this.#folder, vaultFileName), vaultFileAtMost).catch(() => null);
    const parsed = content ? parseVault(content) : null;
    if (parsed?.kind === 'vault') this.#file = parsed.vault;
  }
}

/** A first start: no passphrase yet, so that no step stands before the first message. */
async function makeVault(folder: string, options: VaultOptions): Promise<Vault> {
  const key = randomBytes(keyLength);
  const masterKey = randomBytes(keyLength);
  const header: VaultHeader = {
    version: 1,
    id: randomBytes(16).toString('base64url'),
    guard: { by: 'file' },
    leftInKeychain: false,
    lockAfterMinutes: 0,
  };
  const file = sealMasterKey(key, masterKey, header);
  masterKey.fill(0);
  await replaceFile(folder, keyFileName, key);
  key.fill(0);
  options.afterStep?.('guardStored');
  await replaceFile(folder, vaultFileName, formatVault(file), () => options.afterStep?.('vaultWritten'));
  return new Vault(folder, file, options);
}

/** What a crash left of a change that did not come about: it may hold a key that nobody was to have. */
async function dropUnfinished(folder: string, { guard }: VaultHeader): Promise<void> {
  await destroyFile(folder, unfinished(vaultFileName));
  await destroyFile(folder, unfinished(keyFileName));
  if (guard.by !== 'file') await destroyFile(folder, keyFileName);
}

const databaseNames = ['ratchet.db', 'history.db'];

async function anyExists(folder: string, names: readonly string[]): Promise<boolean> {
  const found = await Promise.all(
    names.map((name) =>
      access(join(folder, name)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}

const newer = 'This profile was written by a newer version. Install that version to open it.';

function damaged(path: string): string {
  return `The profile's vault ${path} is damaged. Put it back from a copy: nothing else opens the profile.`;
}

function missing(path: string): string {
  return `The profile's vault ${path} is missing, and its databases are there. Put it back from a copy, or choose another profile.`;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}
