import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const module = join(import.meta.dirname, '../../src/vault/keychain.ts');

/** What the system's keychain answers in a process without a desktop. */
function askWithoutDesktop(ask: string): unknown {
  const script = `
    import { systemKeychain } from ${JSON.stringify(module)};
    console.log(JSON.stringify(await systemKeychain.${ask}));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    env: { PATH: process.env['PATH'], DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' },
    timeout: 20_000,
  });
  expect(String(stderr)).toBe('');
  return JSON.parse(String(stdout));
}

describe.runIf(process.platform === 'linux')('the keychain of a system without one', () => {
  it.each(['read("name")', 'write("name", new Uint8Array(32))', 'remove("name")'])(
    '%s is refused with a sentence, and falls back to nothing',
    (ask) => {
      const message = expect.stringMatching(
        /^The keychain of this system cannot be used .* choose a passphrase/,
      );
      expect(askWithoutDesktop(ask)).toEqual({ ok: false, error: { code: 'keychainUnavailable', message } });
    },
  );
});
