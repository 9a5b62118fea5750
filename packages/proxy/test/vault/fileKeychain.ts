import { readFileSync, writeFileSync } from 'node:fs';
import { ok } from '@otr/protocol';
import type { Keychain } from '../../src/vault/keychain.ts';

/** A keychain that outlives the process, as the system's does: names and secrets in one file. */
export function fileKeychain(file: string): Keychain & { names(): string[] } {
  const read = (): Record<string, string> => {
    try {
      return JSON.parse(readFileSync(file, 'utf8'));
    } catch {
      return {};
    }
  };
  const write = (secrets: Record<string, string>) => writeFileSync(file, JSON.stringify(secrets));
  return {
    names: () => Object.keys(read()),
    async read(name) {
      const secret = read()[name];
      return ok(secret === undefined ? null : new Uint8Array(Buffer.from(secret, 'hex')));
    },
    async write(name, secret) {
      write({ ...read(), [name]: Buffer.from(secret).toString('hex') });
      return ok({});
    },
    async remove(name) {
      const { [name]: _, ...others } = read();
      write(others);
      return ok({});
    },
  };
}
