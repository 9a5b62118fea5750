import { type VerifiedBy, verifiedBy } from '@otr/protocol';
import { type Columns, numberIn, textIn } from './columns.ts';
import type { History } from './history.ts';
import type { Steps } from './steps.ts';

/** Somebody who has shown who it is (D3), in whichever room. */
export interface Person {
  /** X25519 public key, 32 bytes as base64url. */
  readonly identityKey: string;
  /** What it called itself when it was last seen. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly metAt: number;
  readonly verified: { readonly by: VerifiedBy; readonly at: number } | null;
  /** Taken for what it is although it bears the name of a verified person (D6). */
  readonly accepted: boolean;
}

/** D6: who is verified in one room is verified in every room. */
export class PeopleTable {
  readonly #sql: ReturnType<typeof prepareStatements>;
  readonly #steps: Steps;

  constructor(history: History, steps: Steps) {
    this.#sql = prepareStatements(history);
    this.#steps = steps;
  }

  /** Who was met first comes first. */
  all(): Person[] {
    return this.#sql.all.all().map(personOf);
  }

  get(identityKey: string): Person | null {
    const columns = this.#sql.get.get(identityKey);
    return columns ? personOf(columns) : null;
  }

  /** Replaces what was known under this key. */
  put({ identityKey, name, metAt, verified, accepted }: Person): void {
    const { by, at } = verified ?? { by: null, at: null };
    this.#steps.within(() => this.#sql.put(identityKey, name, metAt, by, at, accepted ? 1 : 0));
  }

  remove(identityKey: string): void {
    this.#steps.within(() => this.#sql.remove(identityKey));
  }
}

function personOf(columns: Columns): Person {
  const by = verifiedBy.nullable().parse(columns['verified_by']);
  return {
    identityKey: textIn(columns, 'identity_key'),
    name: textIn(columns, 'name'),
    metAt: numberIn(columns, 'met_at'),
    verified: by && { by, at: numberIn(columns, 'verified_at') },
    accepted: numberIn(columns, 'accepted') === 1,
  };
}

function prepareStatements(history: History) {
  return {
    all: history.read('SELECT * FROM people ORDER BY met_at, identity_key'),
    get: history.read('SELECT * FROM people WHERE identity_key = ?'),
    put: history.write(
      'people.put',
      `INSERT OR REPLACE INTO people (identity_key, name, met_at, verified_by, verified_at, accepted)
       VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    remove: history.write('people.remove', 'DELETE FROM people WHERE identity_key = ?'),
  };
}
