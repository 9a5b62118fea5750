import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok, type Result, refuse } from '@otr/protocol';
import type { Keychain } from '../../src/vault/keychain.ts';
import { findVault, type Protection, type Vault, type VaultOptions } from '../../src/vault/vault.ts';

/** So cheap that a test may ask often. */
export const cheap = { memory: 8 * 1024, passes: 1, parallelism: 1 };

export const bytes = (text: string) => Buffer.from(text, 'utf8');

/** A keychain in memory, which can be closed. */
export function fakeKeychain() {
  const secrets = new Map<string, Uint8Array>();
  let isClosed = false;
  async function whenOpen<Value>(work: () => Value): Promise<Result<Value>> {
    return isClosed ? refuse('keychainUnavailable', 'The keychain is closed.') : ok(work());
  }
  const keychain: Keychain = {
    read: (name) => whenOpen(() => Uint8Array.from(secrets.get(name) ?? [])),
    write: (name, secret) =>
      whenOpen(() => {
        secrets.set(name, Uint8Array.from(secret));
        return {};
      }),
    remove: (name) =>
      whenOpen(() => {
        secrets.delete(name);
        return {};
      }),
  };
  return {
    ...keychain,
    secrets,
    setClosed: (closed: boolean) => {
      isClosed = closed;
    },
  };
}

/** Vaults of one test, in folders of their own. */
export async function openVaults() {
  const base = await mkdtemp(join(tmpdir(), 'otr-vault-'));
  const keychain = fakeKeychain();
  const options: VaultOptions = { keychain, cost: cheap };
  return {
    base,
    keychain,
    folder: async () => await mkdtemp(join(base, 'profile-')),
    async vault(folder: string, more: VaultOptions = {}): Promise<Vault> {
      const found = await findVault(folder, { ...options, ...more });
      if (!found.ok) throw new Error(found.message);
      return found.value;
    },
    /** The sentence of the refusal, or `found`. */
    async refusal(folder: string): Promise<string> {
      const found = await findVault(folder, options);
      return found.ok ? 'found' : found.message;
    },
    close: () => rm(base, { recursive: true, force: true }),
  };
}

export type Vaults = Awaited<ReturnType<typeof openVaults>>;

export const byPassphrase = (passphrase: string, current: string | null = null): Protection => ({
  by: 'passphrase',
  passphrase: bytes(passphrase),
  current: current === null ? null : bytes(current),
  lockAfterMinutes: 0,
});

/** The master key as text, or the code of the refusal. */
export async function opening(vault: Vault, passphrase: string | null = null): Promise<string> {
  const opened = await vault.open(passphrase === null ? null : bytes(passphrase));
  return opened.ok ? Buffer.from(opened.value).toString('hex') : opened.error.code;
}

/** All files of a folder by name. */
export async function filesOf(folder: string): Promise<Record<string, Buffer>> {
  const names = (await readdir(folder)).sort();
  const contents = await Promise.all(names.map((name) => readFile(join(folder, name))));
  return Object.fromEntries(names.map((name, index) => [name, contents[index] ?? Buffer.alloc(0)]));
}
