import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileKeychain } from './fileKeychain.ts';
import { byPassphrase, bytes, filesOf, opening, openVaults, type Vaults } from './vaults.ts';

let vaults: Vaults;
beforeAll(async () => {
  vaults = await openVaults();
});
afterAll(() => vaults.close());

const guards = ['passphrase', 'keychain', 'file'] as const;
const steps = ['guardStored', 'vaultWritten', 'vaultReplaced', 'tracesRemoved'] as const;
const cases = guards.flatMap((from) =>
  guards.flatMap((to) => steps.map((step) => [from, to, step] as const)),
);

describe('a change of the guard that is killed', () => {
  it.concurrent.each(cases)(
    'from %s to %s at %s: one guard opens, and nothing of the other is left',
    async (from, to, step) => {
      const folder = await vaults.folder();
      const keychain = fileKeychain(`${folder}-keychain`);
      const vault = await vaults.vault(folder, { keychain });
      const masterKey = await opening(vault);
      await vault.protect({
        ...byPassphrase('old'),
        by: from,
        passphrase: from === 'passphrase' ? bytes('old') : null,
      });

      const script = join(import.meta.dirname, 'crashingVault.ts');
      const child = spawn(process.execPath, [script, folder, step, to], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [, signal] = await once(child, 'exit');
      expect(signal).toBe('SIGKILL');

      const isChanged = step === 'vaultReplaced' || step === 'tracesRemoved';
      const now = isChanged ? to : from;
      const again = await vaults.vault(folder, { keychain });
      const [good, bad] = isChanged && to === 'passphrase' ? ['new', 'old'] : ['old', 'new'];
      expect([again.by, await opening(again, good)]).toEqual([now, masterKey]);
      if (now === 'passphrase') expect(await opening(again, bad)).toBe('wrongPassphrase');
      expect(Object.keys(await filesOf(folder))).toEqual(
        now === 'file' ? ['master.key', 'vault.json'] : ['vault.json'],
      );
      // An entry that was made for a change which did not come about opens nothing; all others are gone.
      if (isChanged) expect(keychain.names()).toHaveLength(to === 'keychain' ? 1 : 0);
    },
  );
});

describe('a first start that is killed', () => {
  it.each(['guardStored', 'vaultWritten'])('at %s is begun anew', async (step) => {
    const folder = await vaults.folder();
    const stop = (name: string) => {
      if (name === step) throw new Error('stopped here');
    };
    await expect(vaults.vault(folder, { afterStep: stop })).rejects.toThrow();
    const masterKey = await opening(await vaults.vault(folder));
    expect(await opening(await vaults.vault(folder))).toBe(masterKey);
    expect(Object.keys(await filesOf(folder))).toEqual(['master.key', 'vault.json']);
  });
});
