import type { Members } from '../core/group/view.ts';

/** Pseudonym → the name to show. */
export type ShownNames = ReadonlyMap<string, string>;

/**
 * The name to show for each member, unique in the room: who has chosen none is "Guest" with the fingerprint of the
 * pseudonym, and two who would read the same have it appended.
 */
export function shownNames(members: Members, fingerprint: (id: string) => string): ShownNames {
  const bearers = new Map<string, number>();
  const plain = [...members.values()].map(({ id, name }) => {
    const shown = name === '' ? guestName(fingerprint(id)) : name;
    bearers.set(looks(shown), (bearers.get(looks(shown)) ?? 0) + 1);
    return { id, shown };
  });
  return new Map(
    plain.map(({ id, shown }) => [
      id,
      (bearers.get(looks(shown)) ?? 0) > 1 ? `${shown} ${fingerprint(id)}` : shown,
    ]),
  );
}

export function guestName(fingerprint: string): string {
  return `Guest ${fingerprint}`;
}

/** Names that differ in case or in the width of letters only are the same to a reader. */
export function looks(name: string): string {
  return name.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ');
}
