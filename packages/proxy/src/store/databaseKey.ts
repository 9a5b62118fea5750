import { hkdfSync } from 'node:crypto';

export type DatabaseName = 'ratchet' | 'history';

/** Each database has its own key, made from the profile's master key (RFC 5869). Wipe it after use. */
export function databaseKey(master: Uint8Array, name: DatabaseName): Uint8Array {
  if (master.length !== 32) throw new Error('the master key has not 32 bytes');
  return new Uint8Array(hkdfSync('sha512', master, new Uint8Array(0), `otr-chatroom ${name}.db v1`, 32));
}

/**
 * As SQLite3 Multiple Ciphers takes a key that is to be used as it is: `raw:` and 32 bytes. Anything else it takes for a
 * passphrase (https://utelle.github.io/SQLite3MultipleCiphers/docs/ciphers/cipher_sqlcipher/).
 */
export function asRawKey(key: Uint8Array): Buffer {
  if (key.length !== 32) throw new Error('a database key has not 32 bytes');
  const raw = Buffer.alloc(prefix.length + key.length);
  raw.set(prefix);
  raw.set(key, prefix.length);
  return raw;
}

const prefix = Buffer.from('raw:');
