import type { VerifiedBy } from '@otr/protocol';
import { looks } from '../machine/members.ts';
import type { PeopleTable, Person } from '../store/peopleTable.ts';

/**
 * The persons whom this profile has met, by identity key (as text): verified in one room is verified in every room. Changes
 * are made inside a step of whoever makes them; after a step that failed, `reload`.
 */
export class People {
  readonly #table: PeopleTable;
  #known: ReadonlyMap<string, Person>;
  #verifiedNames: ReadonlyMap<string, ReadonlySet<string>>;
  /** Counts changes: what was worked out with another number is out of date. */
  #version = 0;

  constructor(table: PeopleTable) {
    this.#table = table;
    this.#known = read(table);
    this.#verifiedNames = namesOf(this.#known);
  }

  get version(): number {
    return this.#version;
  }

  get(identityKey: string): Person | null {
    return this.#known.get(identityKey) ?? null;
  }

  /** Whether somebody else was verified under this name. */
  hasVerifiedNamesake(name: string, identityKey: string): boolean {
    const keys = this.#verifiedNames.get(looks(name));
    return keys !== undefined && [...keys].some((key) => key !== identityKey);
  }

  /** Whether we have met somebody else under this name. */
  hasNamesake(name: string, identityKey: string): boolean {
    const seen = looks(name);
    return [...this.#known.values()].some(
      (person) => person.identityKey !== identityKey && looks(person.name) === seen,
    );
  }

  /** Its tag was good: trust on first use begins here. A verified person keeps the name that it was verified by. */
  meet(identityKey: string, name: string, at: number): void {
    const known = this.get(identityKey);
    if (known && (known.name === name || known.verified)) return;
    this.#put({ ...(known ?? { identityKey, metAt: at, verified: null, accepted: false }), name });
  }

  verify(identityKey: string, name: string, by: VerifiedBy, at: number): void {
    const known = this.get(identityKey);
    this.#put({ identityKey, name, metAt: known?.metAt ?? at, verified: { by, at }, accepted: true });
  }

  unverify(identityKey: string): void {
    const known = this.get(identityKey);
    if (known) this.#put({ ...known, verified: null });
  }

  accept(identityKey: string, name: string, at: number): void {
    const known = this.get(identityKey) ?? { identityKey, metAt: at, verified: null, name };
    this.#put({ ...known, accepted: true });
  }

  reload(): void {
    this.#known = read(this.#table);
    this.#verifiedNames = namesOf(this.#known);
    this.#version += 1;
  }

  #put(person: Person): void {
    this.#table.put(person);
    this.#known = new Map(this.#known).set(person.identityKey, person);
    this.#verifiedNames = namesOf(this.#known);
    this.#version += 1;
  }
}

function read(table: PeopleTable): ReadonlyMap<string, Person> {
  return new Map(table.all().map((person) => [person.identityKey, person]));
}

function namesOf(known: ReadonlyMap<string, Person>): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const { identityKey, name, verified } of known.values()) {
    if (verified === null) continue;
    names.set(looks(name), (names.get(looks(name)) ?? new Set()).add(identityKey));
  }
  return names;
}
