import type { DatabaseSync } from 'node:sqlite';
import { type KeyPair, keyPairFrom, privateKeyBytes } from '../core/keyPair.ts';
import { bytesIn, type Columns, numberIn, orNull, textIn } from './columns.ts';

/** One generation of our own key in a room. */
export interface OwnKey {
  readonly pair: KeyPair;
  /** The last counter that was used under it (M5). */
  readonly counter: number;
  /** The display name that the other members know of it; null before it is registered. */
  readonly announcedName: string | null;
  /** The display name in the registration that the relay holds; null before there is one. */
  readonly registeredName: string | null;
}

export class OwnKeyTable {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(database: DatabaseSync) {
    this.#sql = prepare(database);
  }

  /** The newest last. */
  of(room: number): OwnKey[] {
    return this.#sql.of.all(room).map(ownKeyOf);
  }

  add(room: number, pair: KeyPair): OwnKey {
    const bytes = privateKeyBytes(pair);
    this.#sql.add.run(room, pair.publicKey, bytes);
    bytes.fill(0);
    return { pair, counter: 0, announcedName: null, registeredName: null };
  }

  change(room: number, key: OwnKey): void {
    this.#sql.change.run(key.counter, key.announcedName, key.registeredName, room, key.pair.publicKey);
  }

  erase(room: number, publicKey: Uint8Array): void {
    this.#sql.erase.run(room, publicKey);
  }
}

function ownKeyOf(columns: Columns): OwnKey {
  const bytes = bytesIn(columns, 'private_key');
  const pair = keyPairFrom(bytes);
  bytes.fill(0);
  return {
    pair,
    counter: numberIn(columns, 'counter'),
    announcedName: orNull(textIn, columns, 'announced_name'),
    registeredName: orNull(textIn, columns, 'registered_name'),
  };
}

function prepare(database: DatabaseSync) {
  return {
    of: database.prepare('SELECT * FROM own_keys WHERE room = ? ORDER BY rowid'),
    add: database.prepare('INSERT INTO own_keys (room, public_key, private_key) VALUES (?, ?, ?)'),
    change: database.prepare(
      'UPDATE own_keys SET counter = ?, announced_name = ?, registered_name = ? WHERE room = ? AND public_key = ?',
    ),
    erase: database.prepare('DELETE FROM own_keys WHERE room = ? AND public_key = ?'),
  };
}
