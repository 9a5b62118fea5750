import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileKeychain } from './fileKeychain.ts';
import { byPassphrase, bytes, filesOf, opening, openVaults, type Vaults } from './vaults.ts';

let vaults: Vaults;
beforeEach(async () => {
  vaults = await openVaults();
});
afterEach(() => vaults.close());

const guards = ['passphrase', 'keychain', 'file'] as const;
const steps = ['guardStored', 'vaultWritten', 'vaultReplaced', 'tracesRemoved'] as const;
const cases = guards.flatMap((from) =>
  guards.flatMap((to) => steps.map((step) => [from, to, step] as const)),
);

describe('a change of the guard that is killed', () => {
  it.each(cases)(
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

      const child = spawnSync(process.execPath, [
        join(import.meta.dirname, 'crashingVault.ts'),
        folder,
        step,
        to,
      ]);
      expect([child.signal, String(child.stderr)]).toEqual(['SIGKILL', '']);

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
