import { createHash, randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseVault } from '../../src/vault/vaultFile.ts';
import { byPassphrase, bytes, cheap, filesOf, opening, openVaults, type Vaults } from './vaults.ts';

let vaults: Vaults;
beforeEach(async () => {
  vaults = await openVaults();
});
afterEach(() => vaults.close());

/** A vault under `pass`, as bytes. */
async function sealed(): Promise<{ folder: string; content: Buffer }> {
  const folder = await vaults.folder();
  await (await vaults.vault(folder)).protect(byPassphrase('pass'));
  return { folder, content: (await filesOf(folder))['vault.json'] ?? Buffer.alloc(0) };
}

/** What the file says, as far as the tests change it. */
interface Fields {
  guard: object;
  sealedKey: string;
  checksum: string;
}

/** What an attacker would write: changed, and with the right checksum. */
function forged(content: Buffer, change: (fields: Fields) => void): Buffer {
  const fields = JSON.parse(String(content)) as Fields;
  change(fields);
  const { checksum: _, ...body } = fields;
  const digest = createHash('sha256').update(JSON.stringify(body)).digest().subarray(0, 16);
  return Buffer.from(`${JSON.stringify({ ...body, checksum: digest.toString('base64url') }, null, 2)}\n`);
}

describe('the file of a vault', () => {
  it('is refused for every changed bit, with a sentence that is not "wrong passphrase"', async () => {
    const { folder, content } = await sealed();
    expect(parseVault(content).kind).toBe('vault');
    let tried = 0;
    for (let at = 0; at < content.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const changed = Buffer.from(content);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        const { kind } = parseVault(changed);
        // A version of one digit more is still one digit: `1` may become `3`, `5`, `9`.
        if (kind !== 'damaged')
          expect([kind, String(changed)]).toEqual(['newer', expect.stringMatching(/"version": [359]/)]);
        tried += 1;
      }
    }
    expect(tried).toBe(content.length * 8);
    const changed = Buffer.from(content);
    changed[200] = (changed[200] ?? 0) ^ 1;
    await writeFile(join(folder, 'vault.json'), changed);
    expect(await vaults.refusal(folder)).toMatch(/vault.json is damaged. Put it back from a copy/);
    expect((await filesOf(folder))['vault.json']).toEqual(changed);
  });

  it('is refused where it is cut short, longer or of another form', async () => {
    const { content } = await sealed();
    for (let length = 0; length < content.length; length += 1) {
      expect(parseVault(content.subarray(0, length)).kind).toBe('damaged');
    }
    const text = String(content);
    for (const other of [
      `${text} `,
      ` ${text}`,
      `\ufeff${text}`,
      text.replaceAll('\n', '\r\n'),
      JSON.stringify(JSON.parse(text)),
      text.replace('"version": 1', '"version": 1.0'),
      text.replace('{', '{\n  "more": 1,'),
      'null',
      '[]',
      '1'.repeat(4_000),
    ]) {
      expect(parseVault(bytes(other)).kind).toBe('damaged');
    }
  });

  it('is refused by the seal where a byte of it was changed with care', async () => {
    const { folder, content } = await sealed();
    const changes: ((fields: Fields) => void)[] = [
      (fields) => Object.assign(fields, { id: randomBytes(16).toString('base64url') }),
      (fields) => Object.assign(fields, { lockAfterMinutes: 1 }),
      (fields) => Object.assign(fields, { leftInKeychain: true }),
      (fields) => Object.assign(fields.guard, { salt: randomBytes(16).toString('base64url') }),
      (fields) => Object.assign(fields.guard, { argon2id: { ...cheap, passes: 2 } }),
      (fields) => Object.assign(fields.guard, { argon2id: { ...cheap, memory: 9 * 1024 } }),
      ...Array.from({ length: 60 }, (_, at) => (fields: Fields) => {
        const key = Buffer.from(fields.sealedKey, 'base64url');
        key[at] = (key[at] ?? 0) ^ 1;
        fields.sealedKey = key.toString('base64url');
      }),
    ];
    for (const change of changes) {
      await writeFile(join(folder, 'vault.json'), forged(content, change));
      expect(await opening(await vaults.vault(folder), 'pass')).toBe('wrongPassphrase');
    }
    // The control: the forger's own hand, without a change.
    await writeFile(
      join(folder, 'vault.json'),
      forged(content, () => {}),
    );
    expect(await opening(await vaults.vault(folder), 'pass')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('may not ask for more than this machine should give', async () => {
    const { content } = await sealed();
    const asks = (argon2id: object) =>
      parseVault(forged(content, (fields) => Object.assign(fields.guard, { argon2id }))).kind;
    expect(asks({ memory: 1024 * 1024, passes: 10, parallelism: 4 })).toBe('vault');
    for (const hostile of [
      { memory: 100 * 1024 * 1024, passes: 3, parallelism: 1 },
      { memory: 1024 * 1024 + 1, passes: 3, parallelism: 1 },
      { memory: 65_536, passes: 11, parallelism: 1 },
      { memory: 65_536, passes: 3, parallelism: 5 },
      { memory: 65_536, passes: 0, parallelism: 1 },
      { memory: 65_536, passes: 3, parallelism: 0 },
      { memory: 1, passes: 3, parallelism: 1 },
      { memory: 65_536.5, passes: 3, parallelism: 1 },
      { memory: -1, passes: 3, parallelism: 1 },
      { memory: '65536', passes: 3, parallelism: 1 },
      { memory: 1e300, passes: 3, parallelism: 1 },
      { memory: 65_536, passes: 3 },
      { memory: 65_536, passes: 3, parallelism: 1, secret: 'x' },
    ]) {
      expect([hostile, asks(hostile)]).toEqual([hostile, 'damaged']);
    }
    for (const change of [
      { lockAfterMinutes: 7 * 24 * 60 + 1 },
      { lockAfterMinutes: -1 },
      { guard: { by: 'nobody' } },
      { guard: { by: 'file', salt: 'x' } },
      { id: '../../../../etc/passwd' },
      { sealedKey: 'A'.repeat(3_000) },
      { leftInKeychain: 'no' },
    ]) {
      expect(parseVault(forged(content, (fields) => Object.assign(fields, change))).kind).toBe('damaged');
    }
  });

  it('of a newer version is left alone', async () => {
    const { folder, content } = await sealed();
    const newer = forged(content, (fields) => Object.assign(fields, { version: 2, more: 'of it' }));
    await writeFile(join(folder, 'vault.json'), newer);
    expect(await vaults.refusal(folder)).toMatch(/newer version/);
    expect((await filesOf(folder))['vault.json']).toEqual(newer);
  });

  it('is refused where it is huge or no file', async () => {
    const { folder } = await sealed();
    await writeFile(join(folder, 'vault.json'), Buffer.alloc(5_000_000, 0x20));
    expect(await vaults.refusal(folder)).toMatch(/damaged/);
    await rm(join(folder, 'vault.json'));
    await mkdir(join(folder, 'vault.json'));
    expect(await vaults.refusal(folder)).toMatch(/cannot be used \(EISDIR\)/);
  });
});
