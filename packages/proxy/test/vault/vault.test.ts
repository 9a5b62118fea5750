import { mkdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { costToday } from '../../src/vault/passphraseKey.ts';
import { byPassphrase, bytes, cheap, filesOf, opening, openVaults, type Vaults } from './vaults.ts';

let vaults: Vaults;
beforeEach(async () => {
  vaults = await openVaults();
});
afterEach(() => vaults.close());

const key = /^[0-9a-f]{64}$/;
const protection = { passphrase: null, current: null, lockAfterMinutes: 0 };

describe('a new vault', () => {
  it('opens without a step, with the same key each time, and is its owner’s alone', async () => {
    const folder = await vaults.folder();
    const first = await opening(await vaults.vault(folder));
    const again = await vaults.vault(folder);
    expect(first).toMatch(key);
    expect([await opening(again), again.by, again.lockAfterMinutes]).toEqual([first, 'file', 0]);
    expect(Object.keys(await filesOf(folder))).toEqual(['master.key', 'vault.json']);
    for (const name of ['master.key', 'vault.json']) {
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    }
    expect(await opening(await vaults.vault(await vaults.folder()))).not.toBe(first);
  });

  it.each(['ratchet.db', 'history.db'])('is never made over a profile: %s is there', async (database) => {
    const folder = await vaults.folder();
    await writeFile(join(folder, database), '');
    expect(await vaults.refusal(folder)).toMatch(/vault.json is missing.*Put it back from a copy/);
    expect(Object.keys(await filesOf(folder))).toEqual([database]);
  });
});

describe('a passphrase', () => {
  it('opens, and nothing else does', async () => {
    const folder = await vaults.folder();
    const vault = await vaults.vault(folder);
    const masterKey = await opening(vault);
    expect(await vault.protect(byPassphrase('correct horse'))).toEqual({ ok: true, value: {} });
    const again = await vaults.vault(folder);
    expect(again.by).toBe('passphrase');
    expect(await opening(again, 'correct horse')).toBe(masterKey);
    for (const wrong of ['correct horsf', 'correct horse ', 'Correct horse', '', null]) {
      expect([wrong, await opening(again, wrong)]).toEqual([wrong, 'wrongPassphrase']);
    }
  });

  it('is the same in every way of writing its characters', async () => {
    const vault = await vaults.vault(await vaults.folder());
    const masterKey = await opening(vault);
    await vault.protect(byPassphrase('caf\u00e9'));
    expect(await opening(vault, 'cafe\u0301')).toBe(masterKey);
    expect(await opening(vault, 'cafe')).toBe('wrongPassphrase');
  });

  it('is changed with the current one only, and the former one opens nothing', async () => {
    const folder = await vaults.folder();
    const vault = await vaults.vault(folder);
    const masterKey = await opening(vault);
    await vault.protect(byPassphrase('first'));
    for (const current of ['wrong', null]) {
      expect(await vault.protect(byPassphrase('second', current))).toMatchObject({
        error: { code: 'wrongPassphrase' },
      });
    }
    expect((await vault.protect(byPassphrase('second', 'first'))).ok).toBe(true);
    const again = await vaults.vault(folder);
    expect([await opening(again, 'first'), await opening(again, 'second')]).toEqual([
      'wrongPassphrase',
      masterKey,
    ]);
  });

  it('goes on where only the time is changed', async () => {
    const folder = await vaults.folder();
    const vault = await vaults.vault(folder);
    await vault.protect(byPassphrase('stays'));
    const wanted = { ...protection, by: 'passphrase' as const, current: bytes('stays'), lockAfterMinutes: 5 };
    expect((await vault.protect(wanted)).ok).toBe(true);
    const again = await vaults.vault(folder);
    expect([again.lockAfterMinutes, await opening(again, 'stays')]).toEqual([5, expect.stringMatching(key)]);
  });

  it('is asked for where there was none', async () => {
    const vault = await vaults.vault(await vaults.folder());
    const answer = await vault.protect({ ...protection, by: 'passphrase' });
    expect([answer, vault.by]).toEqual([
      { ok: false, error: { code: 'badRequest', message: expect.any(String) } },
      'file',
    ]);
  });

  it('costs more from the next unlocking on where its cost is below today’s', async () => {
    const folder = await vaults.folder();
    const vault = await vaults.vault(folder);
    const masterKey = await opening(vault);
    await vault.protect(byPassphrase('pass'));
    const costOf = async () => JSON.parse(String((await filesOf(folder))['vault.json'])).guard.argon2id;
    expect(await costOf()).toEqual(cheap);

    const today = await vaults.vault(folder, { cost: costToday });
    expect(await opening(today, 'wrong')).toBe('wrongPassphrase');
    expect(await costOf()).toEqual(cheap);
    expect(await opening(today, 'pass')).toBe(masterKey);
    expect(await costOf()).toEqual({ memory: 65_536, passes: 3, parallelism: 1 });
    // Never lowered again.
    expect(await opening(await vaults.vault(folder), 'pass')).toBe(masterKey);
    expect(await costOf()).toEqual(costToday);
  });
});

describe('a change of the guard', () => {
  const guards = ['passphrase', 'keychain', 'file'] as const;
  const ways = guards.flatMap((from) => guards.map((to) => [from, to] as const));
  const wantedBy = {
    passphrase: byPassphrase('pass', 'pass'),
    keychain: { ...protection, by: 'keychain', current: bytes('pass') },
    file: { ...protection, by: 'file', current: bytes('pass') },
  } as const;

  it.each(ways)('from %s to %s keeps the master key and leaves no former secret', async (from, to) => {
    const folder = await vaults.folder();
    const vault = await vaults.vault(folder);
    const masterKey = await opening(vault);
    expect((await vault.protect(wantedBy[from])).ok).toBe(true);
    expect((await vault.protect(wantedBy[to])).ok).toBe(true);

    const again = await vaults.vault(folder);
    expect([again.by, await opening(again, 'pass')]).toEqual([to, masterKey]);
    expect(Object.keys(await filesOf(folder))).toEqual(
      to === 'file' ? ['master.key', 'vault.json'] : ['vault.json'],
    );
    expect(vaults.keychain.secrets.size).toBe(to === 'keychain' ? 1 : 0);
    expect(Buffer.concat(Object.values(await filesOf(folder))).includes(masterKey, 0, 'hex')).toBe(false);
  });

  it('does not come about where the keychain is closed', async () => {
    const folder = await vaults.folder();
    const vault = await vaults.vault(folder);
    const masterKey = await opening(vault);
    vaults.keychain.setClosed(true);
    expect(await vault.protect(wantedBy.keychain)).toMatchObject({ error: { code: 'keychainUnavailable' } });
    expect(await opening(await vaults.vault(folder))).toBe(masterKey);
  });

  it('does not come about where the disk fails, and the vault stays as it was', async () => {
    const folder = await vaults.folder();
    const vault = await vaults.vault(folder);
    const masterKey = await opening(vault);
    const before = await filesOf(folder);
    await mkdir(join(folder, 'vault.json.new'));
    for (const by of ['passphrase', 'keychain'] as const) {
      expect(await vault.protect(wantedBy[by])).toMatchObject({ error: { code: 'storageFailed' } });
      expect([vault.by, await opening(vault)]).toEqual(['file', masterKey]);
    }
    await rm(join(folder, 'vault.json.new'), { recursive: true });
    expect(await filesOf(folder)).toEqual(before);
    expect((await vault.protect(wantedBy.passphrase)).ok).toBe(true);
    expect(await opening(vault, 'pass')).toBe(masterKey);
  });

  it('is finished later where the keychain is closed when its entry should go', async () => {
    const folder = await vaults.folder();
    const vault = await vaults.vault(folder);
    await vault.protect(wantedBy.keychain);
    const remove = vaults.keychain.remove;
    let isClosed = true;
    const stubborn = {
      ...vaults.keychain,
      remove: async (name: string) => {
        vaults.keychain.setClosed(isClosed);
        return remove(name).finally(() => vaults.keychain.setClosed(false));
      },
    };
    const leaving = await vaults.vault(folder, { keychain: stubborn });
    expect((await leaving.protect(wantedBy.passphrase)).ok).toBe(true);
    expect(vaults.keychain.secrets.size).toBe(1);
    isClosed = false;
    expect(await opening(await vaults.vault(folder, { keychain: stubborn }), 'pass')).toMatch(key);
    expect(vaults.keychain.secrets.size).toBe(0);
    // And nothing is asked of the keychain from then on.
    vaults.keychain.setClosed(true);
    expect(await opening(await vaults.vault(folder), 'pass')).toMatch(key);
    expect(String((await filesOf(folder))['vault.json'])).toContain('"leftInKeychain": false');
  });

  it('says which keychain it needs', async () => {
    const folder = await vaults.folder();
    const vault = await vaults.vault(folder);
    await vault.protect(wantedBy.keychain);
    vaults.keychain.secrets.clear();
    expect(await opening(vault)).toBe('keychainUnavailable');
    vaults.keychain.setClosed(true);
    expect(await opening(vault)).toBe('keychainUnavailable');
  });
});

describe('files of another profile', () => {
  it('do not open this one', async () => {
    const [mine, theirs] = [await vaults.folder(), await vaults.folder()];
    const masterKey = await opening(await vaults.vault(mine));
    await opening(await vaults.vault(theirs));
    const [ours, others] = [await filesOf(mine), await filesOf(theirs)];

    await writeFile(join(mine, 'master.key'), others['master.key'] ?? '');
    expect(await opening(await vaults.vault(mine))).toBe('storageFailed');
    await writeFile(join(mine, 'master.key'), ours['master.key'] ?? '');
    await writeFile(join(mine, 'vault.json'), others['vault.json'] ?? '');
    expect(await opening(await vaults.vault(mine))).toBe('storageFailed');
    await writeFile(join(mine, 'vault.json'), ours['vault.json'] ?? '');
    expect(await opening(await vaults.vault(mine))).toBe(masterKey);
  });

  it('are not mixed: a sealed key under another header is refused', async () => {
    const folder = await vaults.folder();
    const vault = await vaults.vault(folder);
    await vault.protect(byPassphrase('pass'));
    const before = await filesOf(folder);
    await vault.protect({ ...byPassphrase('pass', 'pass'), lockAfterMinutes: 60 });
    const { sealedKey: fresh } = JSON.parse(String((await filesOf(folder))['vault.json']));
    const old = String(before['vault.json']).replace(/"sealedKey": "[^"]*"/, `"sealedKey": "${fresh}"`);
    await writeFile(join(folder, 'vault.json'), old);
    expect(await vaults.refusal(folder)).toMatch(/damaged/);
  });

  it.each([
    ['shorter', 31],
    ['longer', 33],
    ['empty', 0],
    ['huge', 1_000_000],
  ])('a key file that is %s is refused with a sentence', async (_, length) => {
    const folder = await vaults.folder();
    const vault = await vaults.vault(folder);
    await writeFile(join(folder, 'master.key'), Buffer.alloc(length, 7));
    const opened = await vault.open(null);
    expect(opened).toMatchObject({ error: { code: 'storageFailed', message: /key file .* is damaged/ } });
  });

  it('a link that leads nowhere is not written through', async () => {
    const folder = await vaults.folder();
    await vaults.vault(folder);
    const elsewhere = join(vaults.base, 'elsewhere');
    await symlink(elsewhere, join(folder, 'vault.json.new'));
    const vault = await vaults.vault(folder);
    expect((await vault.protect(byPassphrase('pass'))).ok).toBe(true);
    await expect(stat(elsewhere)).rejects.toThrow('ENOENT');
  });
});
