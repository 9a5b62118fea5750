import { randomBytes } from 'node:crypto';
import { bytesIn } from './columns.ts';
import type { Ratchet } from './ratchet.ts';
import type { Steps } from './steps.ts';

/** D1: the private half of the profile's long-term X25519 key, 32 bytes. */
export class IdentityTable {
  readonly #sql: ReturnType<typeof prepareStatements>;
  readonly #steps: Steps;

  constructor(ratchet: Ratchet, steps: Steps) {
    this.#sql = prepareStatements(ratchet);
    this.#steps = steps;
  }

  /** Draws the key of a profile that has none. */
  ensure(): void {
    if (this.#sql.get.get()) return;
    const key = randomBytes(32);
    this.set(key);
    key.fill(0);
  }

  /** A copy, which the caller wipes. */
  key(): Uint8Array {
    const columns = this.#sql.get.get();
    if (!columns) throw new Error('the profile has no identity key');
    return bytesIn(columns, 'private_key');
  }

  set(key: Uint8Array): void {
    this.#steps.within(() => this.#sql.set.run(key));
  }
}

function prepareStatements(ratchet: Ratchet) {
  return {
    get: ratchet.prepare('SELECT private_key FROM identity'),
    set: ratchet.prepare('INSERT OR REPLACE INTO identity (one, private_key) VALUES (1, ?)'),
  };
}
